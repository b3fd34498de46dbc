/** Numbers that the C headers hide, per platform. Linux first: everything else is best effort. */

const LINUX = {
  libc: 'libc.so.6',
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  /** Or-ed to the type: programs that we start do not inherit the socket. */
  SOCK_CLOEXEC: 0o2000000,
  SOCK_NONBLOCK: 0o4000,
  SOMAXCONN: 4096,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_TYPE: 3,
  SO_ERROR: 4,
  SO_BROADCAST: 6,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_LINGER: 13,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_WAITALL: 0x100,
  MSG_MORE: 0x8000,
  MSG_NOSIGNAL: 0x4000,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  O_NONBLOCK: 0o4000,
  SIOCOUTQ: 0x5411,
  FIONREAD: 0x541b,
} as const

const DARWIN: Record<keyof typeof LINUX, number | string> = {
  libc: 'libSystem.B.dylib',
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 30,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  // There is no such flag: see `open` in socket-calls.ts.
  SOCK_CLOEXEC: 0,
  SOCK_NONBLOCK: 0,
  SOMAXCONN: 128,
  SOL_SOCKET: 0xffff,
  SO_REUSEADDR: 4,
  SO_TYPE: 0x1008,
  SO_ERROR: 0x1007,
  SO_BROADCAST: 0x20,
  SO_SNDBUF: 0x1001,
  SO_RCVBUF: 0x1002,
  SO_KEEPALIVE: 8,
  SO_LINGER: 0x1080,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 27,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_TRUNC: 0x10,
  MSG_DONTWAIT: 0x80,
  MSG_WAITALL: 0x40,
  // There is no such flag: what belongs together may travel apart.
  MSG_MORE: 0,
  MSG_NOSIGNAL: 0x80000,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  O_NONBLOCK: 4,
  SIOCOUTQ: 0x40047473,
  FIONREAD: 0x4004667f,
}

type Constants = {
  readonly [K in keyof typeof LINUX]: (typeof LINUX)[K] extends string ? string : number
}

export const C = (process.platform === 'darwin' ? DARWIN : LINUX) as Constants

export const IS_LINUX = process.platform === 'linux'

export const POLLIN = 1
export const POLLOUT = 4
export const POLLERR = 8
export const POLLHUP = 16

/** Free ports, of TCP and of UDP, for programs that have to be told one. */
import { ptr } from 'bun:ffi'
import { encodeSockaddr } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import { libc } from '../posix/libc.ts'

// Below the range that kernels hand out to outgoing connections (32768 and up on Linux): a port
// from there could be taken by one of our own clients before the program listens on it.
const PORT_MIN = 20_000
const PORT_MAX = 32_000

/** Ports given out by this process are not given out again: an old connection may linger there. */
const given = new Set<number>()

/** A port that nobody uses now. */
export function freePort(): number {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN))
    if (given.has(port) || !isFree(port)) continue
    given.add(port)
    return port
  }
}

const isFree = (port: number): boolean =>
  [C.SOCK_STREAM, C.SOCK_DGRAM].every((type) => canBind(type, port))

function canBind(type: number, port: number): boolean {
  const fd = libc.socket(C.AF_INET, type, 0)
  // The wildcard address: a server may bind that too.
  const sockaddr = encodeSockaddr({ transport: 'tcp', host: '0.0.0.0', port })
  const free = libc.bind(fd, ptr(sockaddr), sockaddr.length) === 0
  libc.close(fd)
  return free
}

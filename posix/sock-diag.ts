/**
 * Asks the Linux kernel about one socket by NETLINK_SOCK_DIAG: state and queue lengths.
 *
 * An exact look-up takes microseconds, where reading /proc/net/tcp takes milliseconds, and sees
 * the *peer's* socket too when it lives in the same network namespace: that is what makes a wire
 * schedule provable. Layouts: linux/inet_diag.h, linux/unix_diag.h, linux/netlink.h.
 */
import { ptr } from 'bun:ffi'
import { type Address, inet6Bytes, inetBytes } from './address.ts'
import { C, IS_LINUX } from './constants.ts'
import { checked, errnoCode, libc } from './libc.ts'

const AF_NETLINK = 16
const SOCK_RAW = 3
const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const NLMSG_ERROR = 2
const NLM_F_REQUEST = 1
const HEADER_BYTES = 16
const NO_COOKIE = 0xffffffff
const INET_DIAG_INFO = 2
/** Where `tcpi_bytes_received` is in `struct tcp_info`. */
const TCP_INFO_BYTES_RECEIVED = 128
/** Where `tcpi_data_segs_in` is. */
const TCP_INFO_DATA_SEGMENTS_IN = 152
const INET_DIAG_MSG_BYTES = 72
const UDIAG_SHOW_PEER = 4
const UDIAG_SHOW_RQLEN = 16
const UNIX_DIAG_MSG_BYTES = 16
const UNIX_DIAG_PEER = 2
const UNIX_DIAG_RQLEN = 4

/** Names of TCP's states by the kernel's number. */
const TCP_STATES = [
  '', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE',
  'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING',
] // biome-ignore format: a table

export interface SocketState {
  state: string
  /** Bytes that have arrived and that its owner has not read. */
  receiveQueueBytes: number
  /** Bytes that its owner has written and that are not acknowledged. */
  sendQueueBytes: number
  /**
   * Bytes that have arrived on it in order since it was opened, its peer's FIN counted as one; null
   * where the kernel does not count them (Unix sockets, where a write arrives at once).
   */
  arrivedBytes: number | null
  /** Segments with data that have arrived on it; null where they are not counted. */
  arrivedSegments: number | null
  /** 0 when no process owns the socket any more (or none has accepted it yet). */
  inode: number
}

type TcpAddress = Extract<Address, { transport: 'tcp' }>

export interface Endpoint {
  host: string
  port: number
}

interface InetAnswer {
  view: DataView
  /** Where each attribute's value begins in `view`, by type. */
  extras: ReadonlyMap<number, number>
  state: number
  remotePort: number
  receiveQueueBytes: number
  sendQueueBytes: number
  inode: number
}

/** One netlink socket for the whole process, opened at first use. */
let netlink = -1
const answer = new Uint8Array(8192)
const view = new DataView(answer.buffer)

/** True where sockets can be looked up (Linux, and netlink not forbidden by a sandbox). */
export function canLookUp(): boolean {
  if (!IS_LINUX) return false
  try {
    open()
    return true
  } catch {
    // A sandbox forbids netlink: schedules are timed then, and the evidence says so.
    return false
  }
}

function open(): number {
  if (netlink >= 0) return netlink
  netlink = checked('socket', libc.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG))
  return netlink
}

/** The kernel's answer to one request, or null when it knows no such socket. */
function ask(request: Uint8Array): number | null {
  const fd = open()
  checked('send', libc.send(fd, ptr(request), request.length, 0))
  const bytes = checked('recv', libc.recv(fd, ptr(answer), answer.length, 0))
  if (view.getUint16(4, true) === NLMSG_ERROR) {
    const code = errnoCode(-view.getInt32(HEADER_BYTES, true))
    if (code === 'ENOENT' || code === 'ESTALE') return null
    throw new Error(`The kernel refused to look up a socket: ${code}`)
  }
  return bytes
}

function request(bodyBytes: number): { bytes: Uint8Array; body: DataView } {
  const bytes = new Uint8Array(HEADER_BYTES + bodyBytes)
  const header = new DataView(bytes.buffer)
  header.setUint32(0, bytes.length, true)
  header.setUint16(4, SOCK_DIAG_BY_FAMILY, true)
  header.setUint16(6, NLM_F_REQUEST, true)
  return { bytes, body: new DataView(bytes.buffer, HEADER_BYTES) }
}

/**
 * Asks for the one internet socket with these ends, in this order, and for `extensions` (a mask).
 * Null when the kernel knows none. What it answered is overwritten by the next request.
 */
export function askForInet(
  protocol: number,
  [source, destination]: readonly [Endpoint, Endpoint],
  extensions: number,
): InetAnswer | null {
  const v6 = source.host.includes(':')
  const { bytes, body } = request(56)
  body.setUint8(0, v6 ? C.AF_INET6 : C.AF_INET)
  body.setUint8(1, protocol)
  body.setUint8(2, extensions)
  body.setUint32(4, 0xffffffff, true) // any state
  body.setUint16(8, source.port)
  body.setUint16(10, destination.port)
  const toBytes = v6 ? inet6Bytes : inetBytes
  bytes.set(toBytes(source.host), HEADER_BYTES + 12)
  bytes.set(toBytes(destination.host), HEADER_BYTES + 28)
  body.setUint32(48, NO_COOKIE, true)
  body.setUint32(52, NO_COOKIE, true)
  const length = ask(bytes)
  if (length === null) return null
  const base = HEADER_BYTES
  return {
    view,
    extras: attributes(base + INET_DIAG_MSG_BYTES, length),
    state: view.getUint8(base + 1),
    remotePort: view.getUint16(base + 6),
    receiveQueueBytes: view.getUint32(base + 56, true),
    sendQueueBytes: view.getUint32(base + 60, true),
    inode: view.getUint32(base + 68, true),
  }
}

/** The TCP socket whose own address is `local` and whose peer is `remote`; null when gone. */
export function lookUpTcp(local: TcpAddress, remote: TcpAddress): SocketState | null {
  const found = askForInet(C.IPPROTO_TCP, [local, remote], 1 << (INET_DIAG_INFO - 1))
  // Where the connection is gone the kernel answers with the listener that would take a new one.
  if (!found || found.remotePort !== remote.port) return null
  const info = found.extras.get(INET_DIAG_INFO)
  return {
    arrivedBytes: info ? Number(view.getBigUint64(info + TCP_INFO_BYTES_RECEIVED, true)) : null,
    arrivedSegments: info ? view.getUint32(info + TCP_INFO_DATA_SEGMENTS_IN, true) : null,
    state: TCP_STATES[found.state] ?? 'UNKNOWN',
    receiveQueueBytes: found.receiveQueueBytes,
    sendQueueBytes: found.sendQueueBytes,
    inode: found.inode,
  }
}

/** The Unix stream socket with this inode, and its peer's inode; null when gone. */
export function lookUpUnix(inode: number): (SocketState & { peerInode: number }) | null {
  const { bytes, body } = request(24)
  body.setUint8(0, C.AF_UNIX)
  body.setUint32(4, 0xffffffff, true)
  body.setUint32(8, inode, true)
  body.setUint32(12, UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN, true)
  body.setUint32(16, NO_COOKIE, true)
  body.setUint32(20, NO_COOKIE, true)
  const length = ask(bytes)
  if (length === null) return null
  const extra = attributes(HEADER_BYTES + UNIX_DIAG_MSG_BYTES, length)
  const peer = extra.get(UNIX_DIAG_PEER)
  const queues = extra.get(UNIX_DIAG_RQLEN)
  return {
    state: TCP_STATES[view.getUint8(HEADER_BYTES + 2)] ?? 'UNKNOWN',
    receiveQueueBytes: queues ? view.getUint32(queues, true) : 0,
    sendQueueBytes: queues ? view.getUint32(queues + 4, true) : 0,
    arrivedBytes: null,
    arrivedSegments: null,
    inode,
    peerInode: peer ? view.getUint32(peer, true) : 0,
  }
}

/** Where each attribute's value begins in `answer`, by type (linux/netlink.h, struct nlattr). */
function attributes(from: number, to: number): Map<number, number> {
  const found = new Map<number, number>()
  for (let at = from; at + 4 <= to; ) {
    const size = view.getUint16(at, true)
    if (size < 4) break
    found.set(view.getUint16(at + 2, true), at + 4)
    at += (size + 3) & ~3
  }
  return found
}

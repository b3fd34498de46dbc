/** Socket addresses as the kernel lays them out. */
import { C, IS_LINUX } from './constants.ts'

/** Where something listens, or is to be reached. */
export type Address =
  | { transport: 'tcp'; host: string; port: number }
  | { transport: 'udp'; host: string; port: number }
  | { transport: 'unix'; path: string }

export type Transport = Address['transport']

/** sockaddr_un holds this many bytes of path, the closing NUL included. */
const UNIX_PATH_BYTES_MAX = IS_LINUX ? 108 : 104

/** `tcp://127.0.0.1:8080`, `tcp://[::1]:8080`, `127.0.0.1:8080`, `udp://…` or `unix:/path`. */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:')) return { transport: 'unix', path: text.slice(5) }
  const bare = text.replace(/^(tcp|udp):\/\//, '')
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(bare)
  const port = Number(match?.[3])
  if (!match || port > 65_535) {
    throw new Error(
      `"${text}" is no address. Write tcp://127.0.0.1:8080, tcp://[::1]:8080, 127.0.0.1:8080, udp://127.0.0.1:8080 or unix:/path.`,
    )
  }
  const transport = text.startsWith('udp:') ? 'udp' : 'tcp'
  return { transport, host: match[1] ?? match[2]!, port }
}

export function formatAddress(address: Address): string {
  if (address.transport === 'unix') return `unix:${address.path}`
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${address.transport}://${host}:${address.port}`
}

/** The `sockaddr` of a numeric address. Names are resolved before (see harness/resolve.ts). */
export function encodeSockaddr(address: Address): Uint8Array {
  if (address.transport === 'unix') return encodeUnix(address.path)
  return address.host.includes(':')
    ? encodeInet6(address.host, address.port)
    : encodeInet(address.host, address.port)
}

function family(bytes: Uint8Array, value: number): void {
  // BSD kernels keep a length byte in front of a one-byte family.
  if (IS_LINUX) new DataView(bytes.buffer).setUint16(0, value, true)
  else bytes.set([bytes.length, value])
}

function encodeInet(host: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16)
  family(bytes, C.AF_INET)
  new DataView(bytes.buffer).setUint16(2, port)
  bytes.set(inetBytes(host), 4)
  return bytes
}

function encodeInet6(host: string, port: number): Uint8Array {
  const bytes = new Uint8Array(28)
  family(bytes, C.AF_INET6)
  new DataView(bytes.buffer).setUint16(2, port)
  bytes.set(inet6Bytes(host), 8)
  return bytes
}

function encodeUnix(path: string): Uint8Array {
  const text = new TextEncoder().encode(path)
  if (text.length === 0 || text.length >= UNIX_PATH_BYTES_MAX) {
    throw new Error(
      `The Unix socket path "${path}" has ${text.length} bytes; 1 to ${UNIX_PATH_BYTES_MAX - 1} are possible.`,
    )
  }
  const bytes = new Uint8Array(2 + text.length + 1)
  family(bytes, C.AF_UNIX)
  bytes.set(text, 2)
  return bytes
}

/** Four bytes of a dotted address. */
export function inetBytes(host: string): Uint8Array {
  const parts = host.split('.')
  // `Number` alone takes an empty part for 0, and hexadecimal.
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) {
    throw new Error(`"${host}" is not a numeric IPv4 address.`)
  }
  return Uint8Array.from(parts, Number)
}

/** Sixteen bytes of a numeric IPv6 address; the URL parser does the normalising. */
export function inet6Bytes(host: string): Uint8Array {
  const url = /^[0-9a-fA-F:.]+$/.test(host) ? URL.parse(`http://[${host}]/`) : null
  if (!url) throw new Error(`"${host}" is not a numeric IPv6 address.`)
  const normal = url.hostname.slice(1, -1)
  const [head = '', tail] = normal.split('::')
  const groups = (text: string) =>
    text ? text.split(':').map((part) => Number.parseInt(part, 16)) : []
  const left = groups(head)
  const right = groups(tail ?? '')
  const middle = tail === undefined ? [] : new Array(8 - left.length - right.length).fill(0)
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (const [index, group] of [...left, ...middle, ...right].entries())
    view.setUint16(index * 2, group)
  return bytes
}

/** Reads back what getsockname and getpeername wrote, for an internet socket of this transport. */
export function decodeSockaddr(
  bytes: Uint8Array,
  length: number,
  transport: 'tcp' | 'udp',
): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const kind = IS_LINUX ? view.getUint16(0, true) : bytes[1]!
  if (kind === C.AF_UNIX) {
    const path = bytes.subarray(2, length)
    const end = path.indexOf(0)
    return {
      transport: 'unix',
      path: new TextDecoder().decode(end < 0 ? path : path.subarray(0, end)),
    }
  }
  const port = view.getUint16(2)
  if (kind === C.AF_INET) return { transport, host: bytes.subarray(4, 8).join('.'), port }
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + i * 2).toString(16))
  return {
    transport,
    host: new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1),
    port,
  }
}

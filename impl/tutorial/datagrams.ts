/** What the lessons over datagrams share, and none is about. */
import { parseAddress } from '../../posix/address.ts'
import { C, PosixError, type Socket, type SocketAddress, socket } from '../../posix/socket.ts'
import { textOf } from './text.ts'

/** `udp://127.0.0.1:8080` as the socket wants it. */
export function hostAndPort(address: string): readonly [string, number] {
  const parsed = parseAddress(address)
  if (parsed.transport !== 'udp') throw new Error(`"${address}" is no udp:// address.`)
  return [parsed.host, parsed.port]
}

/** A socket that reaches this address, and every other one of its kind. */
export const datagrams = (address: string): Socket =>
  socket(hostAndPort(address)[0].includes(':') ? C.AF_INET6 : C.AF_INET, C.SOCK_DGRAM)

/** Replies; an address that nothing can be sent to is the affair of whoever gave it. */
export function answer(server: Socket, bytes: Uint8Array, client: SocketAddress): void {
  try {
    server.sendto(bytes, client)
  } catch (error) {
    if (!(error instanceof PosixError)) throw error
  }
}

/** A call that blocks comes back with nothing from nobody once the server is told to stop. */
export const isShutDown = (from: SocketAddress): from is string => typeof from === 'string'

export const isSame = (one: SocketAddress | null, other: SocketAddress | null): boolean =>
  String(one) === String(other)

/** What strangers send must not move the cursor, or do worse, in the terminal it is shown in. */
export const printable = (message: Uint8Array): string => textOf(message).replace(/\p{Cc}/gu, '·')

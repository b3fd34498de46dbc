/** The right way to read: as much as was announced, however it arrives. */
import type { Socket } from '../../posix/socket.ts'

export class StreamEnded extends Error {
  override readonly name = 'StreamEnded'
}

/** Exactly so many bytes. Throws StreamEnded when there are not as many. */
export function recvExactly(socket: Socket, bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes)
  for (let got = 0; got < bytes; ) {
    const count = socket.recvInto(whole.subarray(got))
    if (count === 0) throw new StreamEnded(`The stream ended after ${got} of ${bytes} bytes.`)
    got += count
  }
  return whole
}

/** What Python's `struct.pack('i', number)` gives. */
export function packed(number: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, number, true)
  return bytes
}

/** What Python's `struct.unpack('i', bytes)` gives. */
export const unpacked = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getInt32(0, true)

const HEADER_BYTES_MAX = 65_536

/** A header of the lessons: its length, then JSON. */
export function packHeader(header: Record<string, unknown>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  return Buffer.concat([packed(json.length), json])
}

/** Reads one. Throws where there is none: StreamEnded, or an Error that says what it is instead. */
export function recvHeader(socket: Socket): Record<string, unknown> {
  const bytes = unpacked(recvExactly(socket, 4))
  if (bytes < 1 || bytes > HEADER_BYTES_MAX) throw new Error(`A header of ${bytes} bytes.`)
  const json = new TextDecoder('utf-8', { fatal: true }).decode(recvExactly(socket, bytes))
  const header: unknown = JSON.parse(json)
  if (typeof header === 'object' && header !== null) return header as Record<string, unknown>
  throw new Error('A header that is no JSON object.')
}

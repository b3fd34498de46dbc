/** A connected UDP socket under load: one write is one datagram, one datagram one read. */
import type { Address } from '../posix/address.ts'
import type { LoadSocket } from './load-connection.ts'

export interface DatagramHandler {
  data(datagram: Uint8Array): void
  drain(): void
  error(error: Error): void
}

/** Only for one message in flight: what is written at once goes out as one datagram. */
export async function openDatagrams(
  address: Extract<Address, { transport: 'udp' }>,
  handler: DatagramHandler,
): Promise<LoadSocket> {
  const socket = await Bun.udpSocket({
    binaryType: 'uint8array',
    connect: { hostname: address.host, port: address.port },
    socket: {
      data: (_, datagram) => handler.data(datagram),
      drain: () => handler.drain(),
      error: (_, error) => handler.error(error),
    },
  })
  return {
    write: (bytes, offset, length) =>
      socket.send(bytes.subarray(offset, offset + length)) ? length : 0,
    terminate: () => socket.close(),
  }
}

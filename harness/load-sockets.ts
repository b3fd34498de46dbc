/** The sockets under load: Bun's own, because reading and writing through them costs least. */
import type { SocketHandler, UnixSocketOptions } from 'bun'
import type { Address } from '../posix/address.ts'
import { giveBack } from '../wire/bytes.ts'
import type { LoadSocket } from './load-connection.ts'
import { openDatagrams } from './load-datagrams.ts'

export interface LoadSocketEvents {
  data(chunk: Uint8Array): void
  drain(): void
  /** The other side has ended it, or the system has. */
  closed(): void
  /** A mistake of ours in one of these functions. */
  fault(error: Error): void
}

/** Throws what the system says when it cannot connect. */
export async function openLoadSocket(
  address: Address,
  events: LoadSocketEvents,
  nagle = false,
): Promise<LoadSocket> {
  if (address.transport === 'udp') {
    return openDatagrams(address, {
      data: events.data,
      drain: events.drain,
      error: events.closed,
    })
  }
  const where =
    address.transport === 'unix'
      ? { unix: address.path }
      : { hostname: address.host, port: address.port }
  const options = { ...where, data: events, socket: HANDLER }
  const socket = await Bun.connect(options as unknown as UnixSocketOptions<LoadSocketEvents>)
  socket.setNoDelay(!nagle)
  return socket
}

/** One for all: an object for each of thousands of connections would be most of their memory. */
const HANDLER = {
  binaryType: 'uint8array',
  data({ data }, chunk) {
    data.data(chunk)
    giveBack(chunk)
  },
  drain: ({ data }) => data.drain(),
  close: ({ data }) => data.closed(),
  error: ({ data }, error) => data.fault(error),
} satisfies SocketHandler<LoadSocketEvents, 'uint8array'>

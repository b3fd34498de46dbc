/** Where clients under test connect to: a listening TCP socket that does nothing by itself. */
import type { Address } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { ListeningSocket } from '../posix/listening-socket.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import * as calls from '../posix/socket-calls.ts'
import { Peer } from './peer.ts'

const BACKLOG = 128

export interface ListenOptions {
  /** Shrinks the receive buffers of what is accepted, so that peers' writes come up short early. */
  receiveBufferBytes?: number
  /** Largest segment that peers may send: keeps their send buffers small as well. */
  segmentBytesMax?: number
  /** Takes the port and does not listen on it: connecting is refused. */
  refusing?: boolean
}

export class Listener {
  readonly address: Address
  readonly #socket: ListeningSocket

  private constructor(socket: ListeningSocket) {
    this.#socket = socket
    this.address = socket.address
  }

  /** Listens on a free port of `host`, which is numeric. */
  static open(host: string, options: ListenOptions = {}): Listener {
    const { receiveBufferBytes, segmentBytesMax, refusing } = options
    const prepare = (fd: number) => {
      if (receiveBufferBytes) calls.setNumber(fd, C.SOL_SOCKET, C.SO_RCVBUF, receiveBufferBytes)
      if (segmentBytesMax) calls.setNumber(fd, C.IPPROTO_TCP, C.TCP_MAXSEG, segmentBytesMax)
    }
    const address = { transport: 'tcp', host, port: 0 } as const
    return new Listener(ListeningSocket.open(address, refusing ? null : BACKLOG, prepare))
  }

  /** A connection that waits to be taken; null while there is none. */
  accept(): Peer | null {
    const fd = this.#socket.accept()
    if (fd === null) return null
    const socket = NonBlockingSocket.accepted(fd)
    try {
      return Peer.accepted(socket)
    } catch (error) {
      // Its client has reset it since: that connection says nothing any more.
      if (!(error instanceof PosixError)) throw error
      socket.close()
      return null
    }
  }

  close(): void {
    this.#socket.close()
  }
}

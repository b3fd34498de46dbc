/** Where clients under test connect to: a listening TCP socket that does nothing by itself. */
import { constants } from 'node:os'
import { type Address, decodeSockaddr, encodeSockaddr } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import * as calls from '../posix/socket-calls.ts'
import { Peer } from './peer.ts'

const BACKLOG = 128
/** Reset before it could be taken. */
const GONE = -constants.errno.ECONNABORTED

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
  readonly #fd: number
  #closed = false

  private constructor(fd: number) {
    this.#fd = fd
    const { bytes, length } = calls.localName(fd)
    this.address = decodeSockaddr(bytes, length, 'tcp')
  }

  /** Listens on a free port of `host`, which is numeric. */
  static open(host: string, options: ListenOptions = {}): Listener {
    const fd = calls.open(C.AF_INET, C.SOCK_STREAM, 0)
    // What is set on the listener is what accepted sockets begin with.
    const { receiveBufferBytes, segmentBytesMax } = options
    if (receiveBufferBytes) calls.setNumber(fd, C.SOL_SOCKET, C.SO_RCVBUF, receiveBufferBytes)
    if (segmentBytesMax) calls.setNumber(fd, C.IPPROTO_TCP, C.TCP_MAXSEG, segmentBytesMax)
    const sockaddr = encodeSockaddr({ transport: 'tcp', host, port: 0 })
    calls.succeeded('bind', calls.bind(fd, sockaddr))
    if (!options.refusing) calls.succeeded('listen', calls.listen(fd, BACKLOG))
    calls.setNonBlocking(fd, true)
    return new Listener(fd)
  }

  /** A connection that waits to be taken; null while there is none. */
  accept(): Peer | null {
    const fd = calls.accept(this.#fd, () => {})
    if (calls.isWouldBlock(fd) || fd === GONE) return null
    const socket = NonBlockingSocket.accepted(calls.succeeded('accept', fd))
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
    if (this.#closed) return
    this.#closed = true
    calls.close(this.#fd)
  }
}

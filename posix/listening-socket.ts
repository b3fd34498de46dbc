/** A socket that listens for streams and never blocks: "nobody is waiting" is a value. */
import { constants } from 'node:os'
import { type Address, decodeSockaddr, encodeSockaddr } from './address.ts'
import { C } from './constants.ts'
import { PosixError } from './libc.ts'
import * as calls from './socket-calls.ts'

const { ECONNABORTED, EPROTO, EMFILE, ENFILE, ENOBUFS, ENOMEM } = constants.errno
/** Its client has gone before it could be taken. */
const GONE = new Set([ECONNABORTED, EPROTO])
/** There is no room for it now; it goes on waiting. */
const NO_ROOM = new Set([EMFILE, ENFILE, ENOBUFS, ENOMEM])

export class ListeningSocket {
  readonly fd: number
  /** With the real port. */
  readonly address: Address
  #isClosed = false

  private constructor(fd: number) {
    this.fd = fd
    const { bytes, length } = calls.localName(fd)
    this.address = decodeSockaddr(bytes, length, 'tcp')
  }

  /**
   * Listens on a numeric address or a path. What `prepare` sets on the descriptor is what accepted
   * sockets begin with. A backlog of null takes the address and does not listen: connecting is
   * refused. Throws PosixError, for example EADDRINUSE.
   */
  static open(
    address: Exclude<Address, { transport: 'udp' }>,
    backlog: number | null,
    prepare: (fd: number) => void = () => {},
  ): ListeningSocket {
    const isUnix = address.transport === 'unix'
    const internet = !isUnix && address.host.includes(':') ? C.AF_INET6 : C.AF_INET
    const sockaddr = encodeSockaddr(address)
    const fd = calls.open(isUnix ? C.AF_UNIX : internet, C.SOCK_STREAM, 0)
    try {
      prepare(fd)
      calls.succeeded('bind', calls.bind(fd, sockaddr))
      if (backlog !== null) calls.succeeded('listen', calls.listen(fd, backlog))
      calls.setNonBlocking(fd, true)
      return new ListeningSocket(fd)
    } catch (error) {
      calls.close(fd)
      throw error
    }
  }

  /** The non-blocking descriptor of a connection; null while none waits. Throws NoRoomError. */
  accept(): number | null {
    for (;;) {
      const fd = calls.acceptNonBlocking(this.fd)
      if (fd >= 0) return fd
      if (calls.isWouldBlock(fd)) return null
      if (GONE.has(-fd)) continue
      throw NO_ROOM.has(-fd) ? new NoRoomError('accept', -fd) : new PosixError('accept', -fd)
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    calls.close(this.fd)
  }
}

/** Descriptors or memory have run out: the connection goes on waiting until there are some. */
export class NoRoomError extends PosixError {}

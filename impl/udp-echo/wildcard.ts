/** The same server on a wildcard address, where a reply has to say which address it comes from. */
import { type Address, formatAddress } from '../../posix/address.ts'
import { POLLIN, POLLOUT } from '../../posix/constants.ts'
import { PosixError } from '../../posix/libc.ts'
import { poll } from '../../posix/poll.ts'
import { type Origin, ReplySocket } from '../../posix/reply-socket.ts'
import type { RunningServer } from '../contract.ts'

type UdpAddress = Extract<Address, { transport: 'udp' }>

/** Longest time in one system call: what a signal may have to wait for. */
const SLICE_MS = 20
/** So many in a row, then signals and timers have their turn. */
const READS_MAX = 64

export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'

/** Null from `answer`: no reply. */
export function serveWildcard(
  listen: UdpAddress,
  answer: (datagram: Uint8Array) => Uint8Array | null,
): RunningServer {
  const socket = new ReplySocket(listen)
  const stopped = Promise.withResolvers<void>()
  let stopping = false

  function turn(): void {
    if (stopping) {
      socket.close()
      return stopped.resolve()
    }
    poll([{ fd: socket.fd, events: POLLIN, ready: 0 }], SLICE_MS)
    for (let reads = 0; reads < READS_MAX; reads++) {
      const received = socket.receive()
      if (!received) break
      const reply = answer(received.bytes)
      if (reply) send(reply, received.origin)
    }
    setImmediate(turn)
  }

  function send(reply: Uint8Array, origin: Origin): void {
    try {
      if (socket.reply(reply, origin)) return
      poll([{ fd: socket.fd, events: POLLOUT, ready: 0 }], SLICE_MS)
      socket.reply(reply, origin)
    } catch (error) {
      // To an address that nothing can be sent to: that client's own affair.
      if (!(error instanceof PosixError)) throw error
    }
  }

  setImmediate(turn)
  return {
    address: formatAddress(socket.address),
    stop() {
      stopping = true
      return stopped.promise
    },
  }
}

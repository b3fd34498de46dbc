/**
 * Datagrams: the transport keeps the boundaries, and nothing else. A reply may be lost, doubled or
 * overtaken on the way; it is never merged and never cut.
 */
import { formatAddress } from '../../posix/address.ts'
import { canReplyFromWildcard } from '../../posix/reply-socket.ts'
import { FRAME } from '../../wire/framing.ts'
import { parseFraming } from '../../wire/registry.ts'
import { defineImplementation, type RunningServer, type ServeOptions } from '../contract.ts'
import { ServeRefused } from '../exec.ts'
import { handlerOf } from '../service.ts'
import { isWildcard, serveWildcard } from './wildcard.ts'

/** Replies that wait for room; beyond, replies are dropped, as datagrams are. */
const WAITING_MAX = 1_024

/** What one datagram holds over IPv4; over IPv6 it is 20 bytes more. */
const REPLY_BYTES_MAX = 65_507

/** Errors of others that may be told at one send, one after the other. */
const SEND_TRIES = 3

interface Reply {
  bytes: Uint8Array
  port: number
  host: string
}

export const udpEcho = defineImplementation({
  id: 'udp-echo',
  summary: 'One UDP datagram is one message; the transport keeps the boundaries',
  discipline: 'sendall',
  framings: ['datagram'],
  ledger: null,
  start,
})

async function start(options: ServeOptions): Promise<RunningServer> {
  const { listen } = options
  if (listen.transport !== 'udp') throw new Error('This server takes datagrams: listen on udp://.')
  const answer = answering(options)
  if (isWildcard(listen.host) && canReplyFromWildcard) return serveWildcard(listen, answer)
  const waiting: Reply[] = []
  const socket = await Bun.udpSocket({
    hostname: listen.host,
    port: listen.port,
    binaryType: 'uint8array',
    socket: {
      data(_, datagram, port, host, { truncated }) {
        // What is too large is dropped whole: a part of it would pass for a message (DG-3).
        const reply = truncated ? null : answer(datagram)
        if (reply) send({ bytes: reply, port, host })
      },
      drain() {
        for (const reply of waiting.splice(0)) send(reply)
      },
      error() {
        // A reply came to a port that nobody has open any more: that client's own affair.
      },
    },
  })

  function send(reply: Reply): void {
    if (sent(reply)) return
    if (waiting.length < WAITING_MAX) waiting.push({ ...reply, bytes: reply.bytes.slice() })
  }

  /** False when there is no room now. */
  function sent({ bytes, port, host }: Reply): boolean {
    for (let tries = 0; tries < SEND_TRIES; tries++) {
      try {
        return socket.send(bytes, port, host)
      } catch {
        // The ICMP error of an earlier client's closed port is reported at the next send, whoever
        // that is for, and is gone with it: this reply has not been sent yet.
      }
    }
    // Nothing can be sent to where the datagram says it came from: a reply less, and no harm.
    return true
  }

  const address = formatAddress({ ...listen, port: socket.port })
  return { address, stop: async () => socket.close() }
}

/** The reply to a datagram; null when there is none. */
function answering({ framing: name, messageBytesMax, service }: ServeOptions) {
  const framing = parseFraming(name, { messageBytesMax })
  if (service === 'exec') throw new ServeRefused('Commands need a stream.')
  const handler = handlerOf(service)
  let ordinal = 0
  return (datagram: Uint8Array): Uint8Array | null => {
    // A decoder each: datagrams share nothing, and one that is refused ends nothing else.
    const decoder = framing.decoder()
    decoder.push(datagram)
    if (decoder.next() !== FRAME) return null
    const reply = handler(decoder.buffer.subarray(decoder.start, decoder.end), ++ordinal)
    return reply && carried(reply)
  }
}

/**
 * The reply is the datagram (DG-1); it may be longer than its request. What no datagram holds is
 * told instead: no reply at all would look like loss.
 */
function carried(reply: Uint8Array): Uint8Array {
  if (reply.length <= REPLY_BYTES_MAX) return reply
  const why = `framegate: the reply has ${reply.length} bytes, a datagram holds ${REPLY_BYTES_MAX}`
  return new TextEncoder().encode(why)
}

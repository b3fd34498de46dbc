/** Mutants that answer datagrams wrongly, wherever those came from. */
import { type Client, DATAGRAM_BYTES_MAX, DatagramServer, TurnServer } from './datagrams.ts'
import { defineMutants } from './mutant.ts'

const RECV_BYTES = 2_048

export const datagramRules = defineMutants([
  {
    id: 'udp-adds-a-length',
    fault: 'A reply has a length in front, though the datagram has one.',
    killedBy: { 'udp/one-datagram': ['corrupted'] },
    datagrams: class extends DatagramServer {
      override reply(message: Uint8Array, client: Client) {
        super.reply(Buffer.concat([Uint8Array.of(message.length), message]), client)
      }
    },
  },
  {
    id: 'udp-empty-is-the-end',
    fault: 'An empty datagram is taken for an end.',
    killedBy: { 'udp/empty-datagram': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      #hasEnded = false
      override received(message: Uint8Array, client: Client) {
        this.#hasEnded ||= message.length === 0
        if (!this.#hasEnded) super.received(message, client)
      }
    },
  },
  {
    id: 'udp-merges',
    fault: 'Datagrams that wait together are read into one buffer.',
    killedBy: { 'udp/two-at-once': ['merged'], 'udp/burst-in-order': ['merged'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        this.send(Buffer.concat(waiting.map(([message]) => message)), waiting[0]![1])
      }
    },
  },
  {
    id: 'udp-newest-alone',
    fault: 'Of datagrams that wait together only the newest is read.',
    killedBy: { 'udp/two-at-once': ['lost-messages'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        this.send(...waiting.at(-1)!)
      }
    },
  },
  {
    id: 'udp-newest-first',
    fault: 'Replies are sent newest first.',
    killedBy: { 'udp/burst-in-order': ['reordered', 'lost-messages'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        super.answerAll(waiting.toReversed())
      }
    },
  },
  {
    id: 'udp-small-buffer',
    fault: 'What does not fit into the receive buffer is cut off.',
    killedBy: { 'udp/sizes': ['truncated-delivered'] },
    datagrams: class extends DatagramServer {
      override received(message: Uint8Array, client: Client) {
        super.received(message.subarray(0, RECV_BYTES), client)
      }
    },
  },
  {
    id: 'udp-cut-to-the-limit',
    fault: 'Of a datagram over the limit the first part is answered.',
    killedBy: { 'udp/over-max-not-cut': ['truncated-delivered'] },
    datagrams: class extends DatagramServer {
      override received(message: Uint8Array, client: Client) {
        super.received(message.subarray(0, DATAGRAM_BYTES_MAX), client)
      }
    },
  },
  {
    id: 'udp-limit-excluded',
    fault: 'A datagram of exactly the limit is refused.',
    killedBy: { 'udp/too-large-to-send': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      override received(message: Uint8Array, client: Client) {
        if (message.length < DATAGRAM_BYTES_MAX) super.received(message, client)
      }
    },
  },
  {
    id: 'udp-answers-lines',
    fault: 'Each line of a datagram is answered by itself.',
    killedBy: { 'udp/looks-like-frames': ['split', 'truncated-delivered'] },
    datagrams: class extends DatagramServer {
      override reply(message: Uint8Array, client: Client) {
        const lines = Buffer.from(message)
          .toString('latin1')
          .split(/(?<=\n)/)
        for (const line of lines) super.reply(Buffer.from(line, 'latin1'), client)
      }
    },
  },
  {
    id: 'udp-empty-ends-the-batch',
    fault: 'Of what waits together nothing is read behind an empty datagram.',
    killedBy: { 'udp/empties-at-once': ['lost-messages'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        const end = waiting.findIndex(([message]) => message.length === 0)
        super.answerAll(end < 0 ? waiting : waiting.slice(0, end + 1))
      }
    },
  },
  {
    id: 'udp-text',
    fault: 'Datagrams go through a text type on their way.',
    killedBy: { 'udp/all-byte-values': ['corrupted'] },
    datagrams: class extends DatagramServer {
      override reply(message: Uint8Array, client: Client) {
        super.reply(new TextEncoder().encode(new TextDecoder().decode(message)), client)
      }
    },
  },
  {
    id: 'udp-drops-repeated',
    fault: 'A datagram equal to the one before is taken for a repetition.',
    killedBy: { 'udp/identical-datagrams': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      #before = ''
      override received(message: Uint8Array, client: Client) {
        const now = Buffer.from(message).toString('latin1')
        if (now !== this.#before) super.received(message, client)
        this.#before = now
      }
    },
  },
  {
    id: 'udp-answers-the-newest-client',
    fault: 'Replies go to whoever wrote last.',
    killedBy: { 'udp/clients-interleaved': ['lost-messages', 'hung'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        for (const [message] of waiting) this.send(message, waiting.at(-1)![1])
      }
    },
  },
  {
    id: 'udp-clients-by-content',
    fault: 'Whom a reply goes to is looked up by the message.',
    killedBy: { 'udp/same-from-two-ports': ['duplicated', 'hung', 'lost-messages'] },
    datagrams: class extends TurnServer {
      override answerAll(waiting: readonly [Uint8Array, Client][]) {
        const textOf = (message: Uint8Array) => Buffer.from(message).toString('latin1')
        const clients = new Map(waiting.map(([message, client]) => [textOf(message), client]))
        for (const [message] of waiting) this.send(message, clients.get(textOf(message))!)
      }
    },
  },
  {
    id: 'udp-reply-lost-to-an-error',
    fault: 'The ICMP error of one client, told at the next one’s reply, is taken for that reply’s.',
    killedBy: { 'udp/client-gone': ['hung', 'lost-messages'] },
    datagrams: class extends DatagramServer {
      override reply(message: Uint8Array, { port, host }: Client) {
        try {
          this.socket.send(message, port, host)
        } catch {
          // Nothing more is done about it: that is the fault.
        }
      }
    },
  },
  {
    id: 'udp-dies-of-closed-port',
    fault: 'The ICMP error of a client’s closed port ends the process.',
    killedBy: { 'udp/client-gone': ['crashed'] },
    datagrams: class extends DatagramServer {
      override failed(error: Error) {
        console.error(`Unhandled: ${error.message}`)
        process.exit(1)
      }
      override reply(message: Uint8Array, { port, host }: Client) {
        this.socket.send(message, port, host)
      }
    },
  },
  {
    id: 'udp-old-tail',
    fault: 'A short datagram is answered with what a longer one left in the buffer behind it.',
    killedBy: { 'udp/alternating-sizes': ['extra-bytes'] },
    datagrams: class extends DatagramServer {
      readonly #buffer = new Uint8Array(DATAGRAM_BYTES_MAX)
      #longest = 0
      override reply(message: Uint8Array, client: Client) {
        this.#buffer.set(message)
        this.#longest = Math.max(this.#longest, message.length)
        super.reply(this.#buffer.slice(0, this.#longest), client)
      }
    },
  },
])

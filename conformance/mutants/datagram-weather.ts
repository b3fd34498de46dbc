/** Mutants that are right as long as every datagram comes once and in order. */
import { type Client, DatagramServer } from './datagrams.ts'
import { defineMutants } from './mutant.ts'

/** Remembered of what came last. */
const RECENT_MAX = 16
const SILENCE_MS_MAX = 25

const keyOf = ({ host, port }: Client): string => `${host} ${port}`
const textOf = (message: Uint8Array): string => Buffer.from(message).toString('latin1')
/** The number that stands in front of a message; -1 where there is none. */
const numberIn = (message: Uint8Array): number =>
  message.length < 4 ? -1 : new DataView(message.buffer, message.byteOffset).getUint32(0)

export const datagramWeather = defineMutants([
  {
    id: 'udp-waits-for-lost',
    fault: 'A message whose number is ahead waits for those before it.',
    killedBy: {
      'udp/one-in-a-hundred-lost': ['lost-messages', 'hung'],
      'udp/one-in-ten-lost': ['lost-messages', 'hung'],
      'udp/half-of-them-lost': ['lost-messages', 'hung'],
    },
    datagrams: class extends DatagramServer {
      #next = new Map<string, number>()
      override received(message: Uint8Array, client: Client) {
        const next = this.#next.get(keyOf(client)) ?? 0
        const number = numberIn(message)
        if (number > next && number < 1_000_000) return
        if (number === next) this.#next.set(keyOf(client), next + 1)
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-remembers-recent',
    fault: 'A datagram like one of the last few is taken for the same, sent again.',
    killedBy: { 'udp/doubled-on-the-way': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      readonly #recent: string[] = []
      override received(message: Uint8Array, client: Client) {
        const now = keyOf(client) + textOf(message)
        if (this.#recent.includes(now)) return
        this.#recent.push(now)
        if (this.#recent.length > RECENT_MAX) this.#recent.shift()
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-drops-overtaken',
    fault: 'A message whose number is lower than the one before is taken for old.',
    killedBy: {
      'udp/reordered-in-twos': ['lost-messages'],
      'udp/reordered-in-eights': ['lost-messages'],
      'udp/reordered-in-sixty-fours': ['lost-messages'],
    },
    datagrams: class extends DatagramServer {
      #highest = new Map<string, number>()
      override received(message: Uint8Array, client: Client) {
        const number = numberIn(message)
        const highest = this.#highest.get(keyOf(client)) ?? -1
        if (number < highest) return
        this.#highest.set(keyOf(client), number)
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-replies-by-number',
    fault: 'A number that was answered before gets the answer from then.',
    killedBy: { 'udp/bit-flipped-on-the-way': ['corrupted', 'duplicated'] },
    datagrams: class extends DatagramServer {
      readonly #replies = new Map<string, Uint8Array>()
      override received(message: Uint8Array, client: Client) {
        const key = `${keyOf(client)} ${numberIn(message)}`
        const known = message.length < 8 ? undefined : this.#replies.get(key)
        this.#replies.set(key, known ?? message.slice())
        super.received(known ?? message, client)
      }
    },
  },
  {
    id: 'udp-forgets-the-silent',
    fault: `A client that was silent for ${SILENCE_MS_MAX} ms has left, and is not answered again.`,
    killedBy: { 'udp/delayed-on-the-way': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      readonly #heardMs = new Map<string, number>()
      override received(message: Uint8Array, client: Client) {
        const now = performance.now()
        const heardMs = this.#heardMs.get(keyOf(client)) ?? now
        if (now - heardMs > SILENCE_MS_MAX) return
        this.#heardMs.set(keyOf(client), now)
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-skips-the-second-empty',
    fault: 'An empty datagram right behind another empty one is taken for noise.',
    killedBy: { 'udp/all-weathers-at-once': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      #empties = 0
      override received(message: Uint8Array, client: Client) {
        this.#empties = message.length > 0 ? 0 : this.#empties + 1
        if (this.#empties < 2) super.received(message, client)
      }
    },
  },
])

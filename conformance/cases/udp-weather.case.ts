/** Datagrams on a way that loses, doubles, reorders and delays them: a relay of ours, by seed. */
import { counted, numbered, repeat } from './bytes.ts'
import { needsAnyBytes, overUdp, sendThrough } from './datagrams.ts'

const MESSAGE_BYTES = 40
/** Two hundreds: the relay loses its share of each. */
const MESSAGES = 200
/** So many are on their way together. */
const AT_ONCE = 10

const series = (count: number): Uint8Array[] => repeat(count, (i) => counted(i, MESSAGE_BYTES))

/** A case for so many lost of every hundred. */
const lost = (name: string, lostPercent: number) =>
  ({
    id: `udp/${name}`,
    level: 'must',
    clauses: ['DG-1', 'DG-4'],
    sends: `${MESSAGES} numbered datagrams, of which a relay loses ${lostPercent} in every hundred.`,
    expects: 'A reply to each that was not lost, and to no other.',
    finds: 'Servers that wait for what was lost, or end because of it.',
    async run(trial) {
      await sendThrough(trial, { lostPercent }, series(MESSAGES), AT_ONCE)
    },
  }) satisfies Parameters<typeof overUdp>[0][number]

/** A case for windows of so many. */
const reordered = (name: string, reorderWindow: number) =>
  ({
    id: `udp/${name}`,
    level: 'must',
    clauses: ['DG-1', 'DG-4'],
    sends: `Numbered datagrams; a relay lets each ${reorderWindow} go in another order.`,
    expects: 'A reply to each, in whatever order.',
    finds: 'Servers that take what was overtaken for old, or wait for what has gone ahead.',
    async run(trial) {
      const messages = series(2 * Math.max(reorderWindow, 16))
      await sendThrough(trial, { reorderWindow }, messages, reorderWindow)
    },
  }) satisfies Parameters<typeof overUdp>[0][number]

export const udpWeather = overUdp([
  lost('one-in-a-hundred-lost', 1),
  lost('one-in-ten-lost', 10),
  lost('half-of-them-lost', 50),
  {
    id: 'udp/doubled-on-the-way',
    level: 'must',
    clauses: ['DG-1', 'DG-4'],
    sends: 'Numbered datagrams; a relay doubles a fifth, and mixes the copies with others.',
    expects: 'A reply to each that arrives: two where two came.',
    finds: 'Servers that remember what they have seen: a datagram is a message, whenever it comes.',
    async run(trial) {
      await sendThrough(trial, { doubledPercent: 20, reorderWindow: 8 }, series(104), 8)
    },
  },
  reordered('reordered-in-twos', 2),
  reordered('reordered-in-eights', 8),
  reordered('reordered-in-sixty-fours', 64),
  {
    id: 'udp/bit-flipped-on-the-way',
    level: 'should',
    clauses: ['DG-1', 'DG-4'],
    sends: 'Each datagram twice; a relay turns one bit over in half of them, checksum made right.',
    expects: 'What arrived comes back, changed or not: to the server it is a message.',
    finds: 'Replies that are looked up by a part of the message instead of made from all of it.',
    unsupported: needsAnyBytes,
    async run(trial) {
      const twice = series(50).flatMap((message) => [message, message])
      await sendThrough(trial, { flippedPercent: 50 }, twice, 2)
    },
  },
  {
    id: 'udp/delayed-on-the-way',
    level: 'should',
    clauses: ['DG-1', 'DG-4'],
    sends: 'Datagrams that take from 30 to 60 ms, one after the other; then ten that overtake.',
    expects: 'Each is answered.',
    finds: 'Servers that forget a client who is silent for a moment.',
    async run(trial) {
      const slow = { delayMs: 30, jitterMs: 30 }
      await sendThrough(
        trial,
        slow,
        repeat(6, (i) => numbered(i, 8)),
      )
      await sendThrough(
        trial,
        slow,
        repeat(10, (i) => numbered(i, 8)),
        10,
      )
    },
  },
  {
    id: 'udp/all-weathers-at-once',
    level: 'must',
    clauses: ['DG-1', 'DG-2', 'DG-4', 'ALL-3'],
    sends: 'Datagrams of 0 to 1,472 bytes through loss, doubling, mixing and turned bits together.',
    expects: 'A reply to each that arrives, as it arrives.',
    finds: 'Faults that need two of them: a doubled empty datagram, a late one that is changed.',
    unsupported: needsAnyBytes,
    async run(trial) {
      const lengths = repeat(100, () => new Uint8Array(trial.random.below(1_473)))
      const messages = lengths.map(({ length }, i) => counted(i, trial.atMost(i % 9 ? length : 0)))
      const weather = { lostPercent: 10, doubledPercent: 15, flippedPercent: 20, reorderWindow: 8 }
      await sendThrough(trial, weather, messages, 8)
    },
  },
])

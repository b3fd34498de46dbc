/** Lengths at the edges of their spelling, and schedules chosen at random. */
import { allOf, defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { chopped, choppedBy, counted, counting, joined, numbered, repeat, text } from './bytes.ts'
import { cpuNsOf } from './resources.ts'
import { UNREAD_BYTES } from './unread.ts'

const MIB = 1_048_576
/** In proportion both cost the same, by the square one costs sixteen times as much. */
const COST_FACTOR_MAX = 3
/** Less CPU time than this says nothing about proportions. */
const COST_NS_SEEN = 60e6

export const boundaryLengths = defineCases([
  {
    id: 'boundary/delimiters-inside',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Messages made of line feeds, NULs, CR LF, quotes and braces.',
    expects: 'Each comes back as one message.',
    finds: 'Bytes that mean something to the program taken out of a message, or cut there.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const messages = ['\n\n', '\r\n', '\0', 'a\nb\r\nc', '{"total_size":5}', '\x00\xff\n', '""']
      await dialogue.merge(dialogue.owing(...messages.map(text)))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/length-width-edges',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Messages just below and above each length where a number grows by a byte or a digit.',
    expects: 'Each comes back whole.',
    finds: 'Lengths cut to a byte, sign bits taken for sizes, digits counted wrongly.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const edge of [
        9, 10, 99, 100, 127, 128, 255, 256, 999, 1_000, 9_999, 10_000, 32_767, 32_768, 65_535,
        65_536, 99_999, 100_000, 999_999, 1_000_000,
      ]) {
        if (edge > trial.messageBytesMax) break
        await dialogue.send(dialogue.owing(counting(edge, edge)), true)
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/asymmetric-length',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A message of 258 bytes (01 02), behind one of a single byte.',
    expects: 'Both come back.',
    finds: 'Swapped byte order: 258 read as 513, or the other way round.',
    unsupported: allOf(needs.framing, needs.messageBytes(513)),
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.merge(dialogue.owing(text('x'), counting(0x0102), counting(0x0201)))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/growing-ramp',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Messages of 0, 1, 2 … bytes in one stream, cut into pieces of random size.',
    expects: 'All of them, in order.',
    finds: 'State that survives some cuts and not others.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const first = trial.framing.carriesEmpty ? 0 : 1
      const count = Math.min(300, trial.messageBytesMax - first + 1)
      const stream = dialogue.owing(...repeat(count, (i) => counting(first + i, i)))
      await dialogue.split(choppedBy(stream, () => trial.random.between(1, 1_500)))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/chop-sizes',
    level: 'must',
    clauses: ['ALL-1', 'ALL-11'],
    sends: 'One message of 256 KiB in pieces of 64 KiB, 4 KiB, 1,000 and 333 bytes.',
    expects: 'It comes back each time.',
    finds: 'Buffers that are built anew at every read and go wrong, or slow.',
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const size of [65_536, 4_096, 1_000, 333]) {
        const message = counting(trial.atMost(262_144), size)
        await dialogue.split(chopped(dialogue.owing(message), size))
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/cost-in-proportion',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-11'],
    sends: '4 MiB, or the largest message, in sixteen messages and in one; both in as many pieces.',
    expects: 'Both cost the server about the same CPU time.',
    finds: 'All that has come copied, or searched, anew at every read.',
    unsupported: allOf(needs.framing, needs.started, needs.messageBytes(MIB)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(4 * MIB)
      const pieces = size < 4 * MIB ? 1_024 : 512
      const cost = async (count: number, bytes: number, nsMax = Number.POSITIVE_INFINITY) => {
        const before = cpuNsOf(trial)
        for (let i = 0; i < count; i++) {
          // A little at a time: by the square it would take longer than anybody waits.
          for (const bundle of bundles(
            chopped(dialogue.owing(counting(bytes, i)), size / pieces),
          )) {
            await dialogue.split(bundle)
            if (cpuNsOf(trial) - before > nsMax) return cpuNsOf(trial) - before
          }
          await dialogue.replies()
        }
        return cpuNsOf(trial) - before
      }
      // The first round warms up the subject's runtime.
      await cost(4, size / 16)
      const small = await cost(16, size / 16)
      const most = Math.max(COST_FACTOR_MAX * small, COST_NS_SEEN)
      const large = await cost(1, size, most)
      if (large <= most) return
      const factor = (large / small).toFixed(1)
      throw new CaseFailure(
        'slow',
        `Sixteen messages cost ${Math.round(small / 1e6)} ms of CPU time, one as long as all of them ${Math.round(large / 1e6)} ms or more: over ${factor} times as much for as many bytes.`,
      )
    },
  },
  {
    id: 'boundary/pause-inside-frame',
    level: 'must',
    clauses: ['ALL-1'],
    sends:
      'Half a frame; while it waits, a hundred exchanges on another connection; then the rest.',
    expects: 'All replies.',
    finds: 'Half-read frames dropped by a poll, a timer or another connection.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = dialogue.owing(HELLO)
      await dialogue.split([frame.subarray(0, frame.length - 3)])
      const other = await trial.open()
      for (let i = 0; i < 100; i++) await trial.exchange(other)
      await dialogue.split([frame.subarray(frame.length - 3)])
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/pipelined',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Two hundred messages before the first reply is read.',
    expects: 'Two hundred replies, in order.',
    finds: 'Servers that answer only the last of what has piled up.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(dialogue.owing(...repeat(200, (i) => numbered(i, 16))))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/two-connections-interleaved',
    level: 'must',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'Two frames on two connections, byte by byte in turn.',
    expects: 'Each connection gets its own reply.',
    finds: 'One buffer shared by all connections.',
    async run(trial) {
      const left = await trial.openProven()
      const right = await trial.openProven()
      const a = left.owing(text('left left left'))
      const b = right.owing(text('right right right'))
      for (let i = 0; i < Math.max(a.length, b.length); i++) {
        if (i < a.length) await left.split([a.subarray(i, i + 1)])
        if (i < b.length) await right.split([b.subarray(i, i + 1)])
      }
      await left.replies()
      await right.replies()
    },
  },
  {
    id: 'boundary/everything-at-once',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends:
      'Half a header; then the rest of it, a large message and the next header’s first half; then the rest.',
    expects: 'Both replies.',
    finds: 'Each cut is handled alone, but not all of them together.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const first = dialogue.owing(counting(trial.atMost(40_000)))
      const second = dialogue.owing(HELLO)
      await dialogue.split([first.subarray(0, 1)])
      await dialogue.merge(joined(first.subarray(1), second.subarray(0, 1)))
      await dialogue.split([second.subarray(1)])
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/reader-pauses',
    level: 'must',
    clauses: ['ALL-2', 'ALL-9'],
    sends: 'More than the kernel holds of replies, which are read late, in pieces of 1,000 bytes.',
    expects: 'Nothing is lost and nothing comes twice.',
    finds: 'Writers that lose their place when the reader pauses.',
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 8_192 })
      const size = trial.atMost(MIB)
      const count = Math.ceil(UNREAD_BYTES / size)
      const stream = dialogue.owing(...repeat(count, (i) => counted(i, size)))
      let at = await dialogue.sendUntilStalled(stream)
      while (at < stream.length || dialogue.peer.read(1_000) > 0) {
        if (at < stream.length) at += await dialogue.send(stream.subarray(at, at + 10_000), true)
        if (!dialogue.peer.open || trial.timeLeftMs < 0) break
      }
      await dialogue.replies()
      // A byte too many shows in front of the next reply.
      await trial.exchange(dialogue)
    },
  },
])

const BUNDLE = 64

/** The pieces in bundles that are sent without looking at the cost in between. */
function* bundles(pieces: Iterable<Uint8Array>): Generator<Uint8Array[]> {
  let bundle: Uint8Array[] = []
  for (const piece of pieces) {
    bundle.push(piece)
    if (bundle.length < BUNDLE) continue
    yield bundle
    bundle = []
  }
  yield bundle
}

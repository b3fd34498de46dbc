/** Cuts in several places at once, and every length there is up to a few thousand. */
import { allOf, defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { chopped, counted, counting, cutAt, joined, numbered, repeat, text } from './bytes.ts'
import { mustKeepUp } from './pace.ts'

/** Its bytes all differ in a length of three bytes, so that none of them can be missed. */
const LONG_BYTES = 0x01_0203

export const boundaryCuts = defineCases([
  {
    id: 'boundary/long-header-split-anywhere',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'Messages of 66,051 bytes (01 02 03), their headers cut at each place.',
    expects: 'One reply each.',
    finds: 'Half-read headers whose first bytes are lost: with short messages these are zero.',
    unsupported: allOf(needs.framing, needs.messageBytes(513)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.messageBytesMax >= LONG_BYTES ? LONG_BYTES : 0x0201
      const message = counting(size)
      const headerBytes = trial.framing.headerBytes(message)
      for (let at = 1; at < headerBytes; at++) {
        const frame = dialogue.owing(message)
        await dialogue.split([frame.subarray(0, at), frame.subarray(at, headerBytes)])
        await dialogue.send(frame.subarray(headerBytes), true)
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/tail-and-part-of-header',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'The end of one frame with each possible part of the next header, then the rest.',
    expects: 'Two replies each time.',
    finds: 'Leftovers of some lengths that are kept, and of others that are not.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const headerBytes = trial.framing.headerBytes(counting(300))
      for (let part = 1; part <= Math.min(headerBytes, 40); part++) {
        const first = dialogue.owing(text(`first of ${part}`))
        const second = dialogue.owing(counted(part, trial.atMost(300)))
        await dialogue.split([first.subarray(0, -2)])
        await dialogue.merge(joined(first.subarray(-2), second.subarray(0, part)))
        await dialogue.split([second.subarray(part)])
        await dialogue.replies()
      }
    },
  },
  {
    id: 'boundary/three-pieces',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A short frame in three pieces, cut at every two of its places.',
    expects: 'One reply each.',
    finds: 'State that survives one cut and not two.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const bytes = dialogue.owing(HELLO).length
      await dialogue.send(trial.frame(HELLO))
      await dialogue.replies()
      // Long headers have too many pairs of places: some of them, evenly spread.
      const step = Math.max(1, Math.ceil(bytes / 10))
      for (let one = 1; one < bytes - 1; one += step) {
        for (let two = one + 1; two < bytes; two += step) {
          await dialogue.split(cutAt(dialogue.owing(HELLO), one, two))
          await dialogue.replies()
        }
      }
    },
  },
  {
    id: 'boundary/three-connections-cut-alike',
    level: 'must',
    clauses: ['ALL-1', 'ALL-5'],
    sends: 'Frames on three connections, the header of each cut at the same place, then the rest.',
    expects: 'Each connection gets its own reply.',
    finds: 'Half-read headers kept in one place for all connections.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogues = [
        await trial.openProven(),
        await trial.openProven(),
        await trial.openProven(),
      ]
      const frames = dialogues.map((dialogue, i) =>
        dialogue.owing(counting(trial.atMost(200 * (i + 1)), i)),
      )
      for (const [i, dialogue] of dialogues.entries())
        await dialogue.split([frames[i]!.subarray(0, 1)])
      for (const [i, dialogue] of dialogues.entries())
        await dialogue.split([frames[i]!.subarray(1)])
      for (const dialogue of dialogues) await dialogue.replies()
    },
  },
  {
    id: 'boundary/one-frame-over-many-merges',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Frames in bundles of 2, 3, 5, 8 … that arrive together, each ending inside a message.',
    expects: 'All replies, in order.',
    finds: 'A remainder that is right behind one frame, and wrong behind several.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      let held: Uint8Array = new Uint8Array(0)
      for (const [round, count] of [2, 3, 5, 8, 13, 21].entries()) {
        const sizes = repeat(count, (i) => counted(100 * round + i, trial.atMost(37 + 11 * i)))
        const bytes = joined(held, dialogue.owing(...sizes))
        const cut = bytes.length - 7
        await dialogue.merge(bytes.subarray(0, cut))
        held = bytes.subarray(cut)
      }
      await dialogue.split([held])
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/every-length',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A message of each length from 1 to 4,096 bytes, as fast as they go.',
    expects: 'Each comes back.',
    finds: 'A length that nobody tried: a modulus, a block size, an odd number.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const most = trial.atMost(4_096)
      await mustKeepUp(trial, dialogue, most)
      await dialogue.send(dialogue.owing(...repeat(most, (i) => counting(i + 1, i))), true)
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/lengths-around-64-kib',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends:
      'Messages of one byte less, as many, and one more than 1 to 4 times 64 KiB, and 512 KiB.',
    expects: 'Each comes back.',
    finds: 'Blocks, counters and buffers of 64 KiB that are one byte too short.',
    unsupported: allOf(needs.framing, needs.messageBytes(65_535)),
    async run(trial) {
      const dialogue = await trial.openProven()
      for (const blocks of [1, 2, 3, 4, 8]) {
        for (const more of [-1, 0, 1]) {
          const size = blocks * 65_536 + more
          if (size > trial.messageBytesMax) return
          await dialogue.send(dialogue.owing(counting(size, 7 * blocks + more)), true)
          await dialogue.replies()
        }
      }
    },
  },
  {
    id: 'boundary/small-behind-large-in-pieces',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A large message in pieces of 5,000 bytes, the last of them with a hundred small ones.',
    expects: 'All replies, in order.',
    finds: 'What follows a long message in the same read thrown away.',
    unsupported: allOf(needs.framing, needs.messageBytes(255)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const large = dialogue.owing(counting(trial.atMost(43_000)))
      const small = dialogue.owing(...repeat(100, (i) => numbered(i, 8)))
      const pieces = [...chopped(large, 5_000)]
      const last = pieces.pop()!
      await dialogue.split(pieces)
      await dialogue.merge(joined(last, small))
      await dialogue.replies()
    },
  },
])

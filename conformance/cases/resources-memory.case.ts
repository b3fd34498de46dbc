/** Memory that is given back over many messages and clients, and what a message costs at most. */
import { allOf, defineCases, needs } from '../case.ts'
import { CaseFailure } from '../verdict.ts'
import { counted, counting, joined, letters, numbered, repeat } from './bytes.ts'
import { mustKeepUp } from './pace.ts'
import { canAnnounce, overMax } from './refusals.ts'
import { memoryOf, mustLevelOff, mustNotCreep } from './resources.ts'
import { UNREAD_BYTES } from './unread.ts'

const MIB = 1_048_576
/** Copies of one message that a server may hold at a time, runtimes that collect late included. */
const COPIES_MAX = 12
/** A server whose memory stands still has shown it after so many rounds. */
const ROUNDS_MIN = 4

export const resourcesMemory = defineCases([
  {
    id: 'resources/memory-over-messages',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-9'],
    sends: 'Ten thousand small messages, again and again, all of them answered and read.',
    expects: 'Memory stops growing.',
    finds: 'A little of every message that is kept for ever.',
    unsupported: allOf(needs.framing, needs.started),
    async run(trial) {
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, ROUNDS_MIN * 10_000)
      const size = trial.atMost(64)
      await mustLevelOff(trial, trial.process!, 0.7 * MIB, 'ten thousand messages', async () => {
        const messages = repeat(10_000, (i) => numbered(i, size))
        await dialogue.send(dialogue.owing(...messages), true)
        await dialogue.replies()
      })
    },
  },
  {
    id: 'resources/memory-over-empty-messages',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-3', 'ALL-9'],
    sends: 'Five thousand empty messages, again and again, all of them answered and read.',
    expects: 'Memory stops growing.',
    finds: 'Messages of no bytes taken for no cost, and kept for ever.',
    unsupported: allOf(needs.framing, needs.started, needs.empty),
    async run(trial) {
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, ROUNDS_MIN * 5_000)
      await mustLevelOff(trial, trial.process!, 1.4 * MIB, 'five thousand messages', async () => {
        await dialogue.send(dialogue.owing(...repeat(5_000, () => new Uint8Array(0))), true)
        await dialogue.replies()
      })
    },
  },
  {
    id: 'resources/memory-over-large-messages',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-9'],
    sends: '6 MiB in the largest messages up to 1 MiB, again and again, all answered and read.',
    expects: 'Memory stops growing.',
    finds: 'Large messages, or buffers for them, that are kept for ever.',
    unsupported: allOf(needs.framing, needs.started, needs.messageBytes(65_535)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(MIB)
      await mustLevelOff(trial, trial.process!, 3 * MIB, '6 MiB of messages', async () => {
        const messages = repeat(Math.ceil((6 * MIB) / size), (i) => counted(i, size))
        await dialogue.send(dialogue.owing(...messages), true)
        await dialogue.replies()
      })
    },
  },
  {
    id: 'resources/memory-over-stalls',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-8', 'ALL-9'],
    sends:
      'More than the kernel holds in messages of 4 KiB, until stalled; then reads everything, again and again.',
    expects: 'Memory stops growing.',
    finds: 'Something of every reply that had to wait that is kept for ever.',
    unsupported: allOf(needs.framing, needs.started, needs.messageBytes(65_535), needs.longReplies),
    async run(trial) {
      const size = trial.atMost(4_096)
      const count = Math.ceil(UNREAD_BYTES / size)
      const messages = repeat(count, (i) => numbered(i, size))
      const asked = await trial.openProven()
      await mustKeepUp(trial, asked, ROUNDS_MIN * count)
      asked.peer.close()
      const process = await trial.another()
      await mustLevelOff(trial, process, 0.75 * MIB, 'stall', async () => {
        const dialogue = await trial.open({ process, receiveBufferBytes: 65_536 })
        const stream = dialogue.owing(...messages)
        const taken = await dialogue.sendUntilStalled(stream)
        await dialogue.send(stream.subarray(taken), true)
        await dialogue.replies()
        dialogue.peer.close()
      })
    },
  },
  {
    id: 'resources/memory-over-half-frames',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-5', 'ALL-6', 'ALL-9'],
    sends: 'Sixty connections that vanish inside their second message, again and again.',
    expects: 'Memory stops growing.',
    finds: 'Half-read messages that outlive their connections.',
    unsupported: allOf(
      needs.manyConnections,
      needs.framing,
      needs.started,
      needs.messageBytes(65_535),
    ),
    async run(trial) {
      // The second is longer: what the first one needed has to be given back as well.
      const small = letters(trial.atMost(MIB / 32))
      const frame = trial.frame(letters(trial.atMost(MIB / 8)))
      const process = await trial.another()
      await mustLevelOff(trial, process, 2 * MIB, 'sixty half messages', async () => {
        for (let i = 0; i < 60; i++) {
          const dialogue = await trial.open({ process })
          await dialogue.send(joined(dialogue.owing(small), frame.subarray(0, -1)), true)
          await dialogue.replies()
          await dialogue.drained()
          dialogue.peer.close()
        }
        await trial.exchange(await trial.open({ process }))
      })
    },
  },
  {
    id: 'resources/memory-over-connections',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'A hundred connections with a message each, closed or reset, again and again.',
    expects: 'Memory stops growing.',
    finds: 'Something of every connection that is kept for ever.',
    unsupported: allOf(needs.manyConnections, needs.started),
    async run(trial) {
      // In memory that earlier cases have left free a leak would not show.
      const process = await trial.another()
      await mustLevelOff(trial, process, 0.9 * MIB, 'hundred connections', async () => {
        for (let i = 0; i < 100; i++) {
          const dialogue = await trial.open({ process })
          await trial.exchange(dialogue)
          if (i % 4 === 3) dialogue.peer.reset()
          else dialogue.peer.close()
        }
      })
    },
  },
  {
    id: 'resources/memory-over-refused',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'A hundred connections with a message and a refused frame each, again and again.',
    expects: 'Memory stops growing.',
    finds: 'Something of every refused connection that is kept for ever: its error, its buffer.',
    unsupported: allOf(
      needs.manyConnections,
      needs.announcedLength,
      canAnnounce(overMax),
      needs.started,
    ),
    async run(trial) {
      const header = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!
      const process = await trial.another()
      // A server may keep a refused connection for seconds, until its client has read the end.
      await mustLevelOff(trial, process, 1.9 * MIB, 'hundred refused connections', async () => {
        for (let i = 0; i < 100; i++) {
          const dialogue = await trial.open({ process })
          await trial.exchange(dialogue)
          await dialogue.send(header)
          await dialogue.refused('A length over the limit')
          dialogue.peer.close()
        }
      })
    },
  },
  {
    id: 'resources/memory-creeps-with-connections',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'Some MiB of messages; if memory stands still, connections that end in every way.',
    expects: 'It stands still under connections as well.',
    finds: 'A little of every connection that is kept for ever: a name in a list, a log line.',
    unsupported: allOf(
      needs.manyConnections,
      needs.framing,
      needs.started,
      needs.messageBytes(65_535),
    ),
    async run(trial) {
      const process = await trial.another()
      const tooLong = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)
      const half = trial.frame(letters(50)).subarray(0, -3)
      await mustNotCreep(trial, process, 'hundred connections', async () => {
        for (let i = 0; i < 100; i++) {
          const dialogue = await trial.open({ process })
          await trial.exchange(dialogue)
          if (i % 4 === 1) dialogue.peer.reset()
          if (i % 4 === 2) await dialogue.split([half])
          // Whether it is refused is for other cases to say.
          if (i % 4 === 3 && tooLong) await dialogue.split([tooLong])
          dialogue.peer.close()
        }
      })
    },
  },
  {
    id: 'resources/memory-of-one-message',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-9', 'ALL-11'],
    sends: 'One message of the largest size up to 8 MiB in pieces, and its reply read.',
    expects: `At most ${COPIES_MAX} times its size in memory at any moment.`,
    finds: 'A copy of what has come for every piece that comes.',
    unsupported: allOf(needs.framing, needs.started, needs.messageBytes(4 * MIB)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const size = trial.atMost(8 * MIB)
      const before = memoryOf(trial)
      const peak = trial.process!.usage()!.rssBytesMax
      const stream = dialogue.owing(counting(size))
      const piece = Math.ceil(stream.length / 64)
      for (let at = 0; at < stream.length; at += piece) {
        await dialogue.send(stream.subarray(at, at + piece), true)
      }
      await dialogue.replies()
      const highest = trial.process!.usage()!.rssBytesMax
      const grown = highest > peak ? highest - before : 0
      if (grown <= COPIES_MAX * size) return
      const [cost, bytes] = [grown, size].map((count) => count.toLocaleString('en'))
      throw new CaseFailure('memory', `One message of ${bytes} bytes cost ${cost} bytes of memory.`)
    },
  },
])

/** What is given back over many messages and clients: descriptors, sockets, memory, CPU time. */
import { nowMs } from '../../harness/clock.ts'
import { until } from '../../harness/reactor.ts'
import type { SubjectQueue } from '../../harness/subject-queue.ts'
import { allOf, defineCases, needs } from '../case.ts'
import { CaseFailure } from '../verdict.ts'
import { counted, counting, joined, letters, numbered, repeat } from './bytes.ts'
import { cpuShare, descriptorsOf, memoryOf, mustLevelOff, mustRelease } from './resources.ts'

const MIB = 1_048_576
const IDLE_WINDOW_MS = 150
const IDLE_WINDOWS_MAX = 6
const IDLE_SHARE_MAX = 0.3
const RELEASE_MS_MAX = 1_000
/** Copies of one message that a server may hold at a time, runtimes that collect late included. */
const COPIES_MAX = 12

export const resources = defineCases([
  {
    id: 'resources/aborted-are-released',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A hundred connections reset: idle, inside a header, inside a message, and behind one.',
    expects: 'The server keeps none of them.',
    finds: 'Descriptors that are given back on every path but the one for resets.',
    unsupported: allOf(needs.manyConnections, needs.started),
    async run(trial) {
      await trial.exchange(await trial.openProven())
      const before = descriptorsOf(trial)
      const frame = trial.frame(letters(50))
      for (let i = 0; i < 100; i++) {
        const dialogue = await trial.open()
        const bytes = [0, 1, frame.length - 3, frame.length][i % 4]!
        await dialogue.split([frame.subarray(0, bytes)])
        dialogue.peer.reset()
      }
      await mustRelease(trial, before, '100 connections that were reset')
    },
  },
  {
    id: 'resources/stalled-and-reset-are-released',
    level: 'must',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'Ten connections whose replies wait to be written, reset.',
    expects: 'The server keeps none of them.',
    finds: 'Connections that are kept for as long as something waits for them.',
    unsupported: allOf(
      needs.manyConnections,
      needs.started,
      needs.messageBytes(65_535),
      needs.longReplies,
    ),
    async run(trial) {
      await trial.exchange(await trial.openProven())
      const before = descriptorsOf(trial)
      const block = Buffer.concat(repeat(16, () => trial.frame(letters(trial.atMost(MIB / 4)))))
      for (let i = 0; i < 10; i++) {
        const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
        dialogue.peer.trySend(block)
        await dialogue.atRest()
        dialogue.peer.reset()
      }
      await mustRelease(trial, before, '10 stalled connections that were reset')
    },
  },
  {
    id: 'resources/no-socket-waits-for-close',
    level: 'must',
    clauses: ['ALL-6', 'ALL-7'],
    sends: 'Thirty connections that end: at once, behind a message, inside a header, in a message.',
    expects: 'The server closes its end of each: none is left in CLOSE_WAIT.',
    finds: 'Ends of connections that nobody looks at.',
    unsupported: allOf(needs.manyConnections, needs.tcp),
    async run(trial) {
      const frame = trial.frame(letters(50))
      const queues: (SubjectQueue | null)[] = []
      for (let i = 0; i < 30; i++) {
        const dialogue = await trial.open()
        if (i % 4 === 1) await trial.exchange(dialogue)
        else await dialogue.split([frame.subarray(0, [0, 0, 1, frame.length - 3][i % 4])])
        dialogue.finish()
        dialogue.peer.close()
        queues.push(dialogue.wire.queue)
      }
      const waiting = () => queues.filter((queue) => queue?.()?.state === 'CLOSE_WAIT').length
      const closed = () => waiting() === 0
      if (await until(closed, nowMs() + Math.min(RELEASE_MS_MAX, trial.timeLeftMs))) return
      const what = `${waiting()} of 30 connections that the client has ended are in CLOSE_WAIT`
      throw new CaseFailure('leak', `${what}: the server never closed its end of them.`)
    },
  },
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
      const size = trial.atMost(64)
      await mustLevelOff(trial, trial.process!, 0.7 * MIB, 'ten thousand messages', async () => {
        const messages = repeat(10_000, (i) => numbered(i, size))
        await dialogue.send(dialogue.owing(...messages), true)
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
  {
    id: 'resources/idle-connections-cost-nothing',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-11'],
    sends: 'A hundred connections with a message each, that stay open and say nothing more.',
    expects: 'The server uses next to no CPU time.',
    finds: 'Loops that ask every connection again and again whether there is more.',
    unsupported: needs.started,
    async run(trial) {
      for (let i = 0; i < 100; i++) await trial.openProven()
      let share = 0
      for (let i = 0; i < IDLE_WINDOWS_MAX; i++) {
        share = await cpuShare(trial, IDLE_WINDOW_MS)
        if (share <= IDLE_SHARE_MAX) return
      }
      const percent = Math.round(100 * share)
      throw new CaseFailure('busy', `For a hundred idle clients it uses ${percent} % of a core.`)
    },
  },
])

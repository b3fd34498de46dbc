/** Replies that wait: on several connections at once, for very slow readers, and for nobody. */
import { allOf, defineCases, needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { CaseFailure } from '../verdict.ts'
import { counted, letters, repeat } from './bytes.ts'
import { UNREAD_BYTES } from './unread.ts'

const MIB = 1_048_576
/** 100 MiB: a server that takes as much without a reply being read is not to be stalled. */
const BLOCKS_MAX = 50
const BLOCK_MESSAGES = 8

const held = allOf(needs.messageBytes(65_535), needs.longReplies)

export const sendingMany = defineCases([
  {
    id: 'sending/several-slow-readers',
    level: 'must',
    clauses: ['ALL-8', 'ALL-9'],
    sends:
      'More than the kernel holds, on each of three connections; then reads, the last one first.',
    expects: 'Each gets every byte of its own replies.',
    finds: 'One queue of waiting replies for all connections.',
    unsupported: held,
    async run(trial) {
      const size = trial.atMost(MIB / 4)
      const streams: { dialogue: Dialogue; rest: Uint8Array }[] = []
      for (let i = 0; i < 3; i++) {
        const dialogue = await trial.open({ receiveBufferBytes: 65_536 })
        const count = Math.ceil(UNREAD_BYTES / size)
        const stream = dialogue.owing(...repeat(count, (j) => counted(1_000 * i + j, size)))
        const taken = await dialogue.sendUntilStalled(stream)
        streams.push({ dialogue, rest: stream.subarray(taken) })
      }
      for (const { dialogue, rest } of streams.reverse()) {
        await dialogue.send(rest, true)
        await dialogue.replies()
      }
    },
  },
  {
    id: 'sending/stopped-and-continued',
    level: 'must',
    clauses: ['ALL-8'],
    sends: '8 MiB of messages, while the server is stopped and continued twenty times.',
    expects: 'Every byte.',
    finds: 'Interrupted writes and reads (EINTR) taken for errors.',
    unsupported: allOf(needs.framing, held, needs.started),
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 16_384 })
      const size = trial.atMost(MIB / 2)
      const stream = dialogue.owing(...repeat(Math.ceil((8 * MIB) / size), (i) => counted(i, size)))
      const piece = Math.ceil(stream.length / 20)
      for (let at = 0; at < stream.length; at += piece) {
        await dialogue.send(stream.subarray(at, at + piece), true)
        if (await trial.process!.freeze()) trial.process!.thaw()
      }
      await dialogue.replies()
    },
  },
  {
    id: 'sending/small-replies-behind-a-blocked-one',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: 'Large messages until their replies wait, with small ones in between; then it is read.',
    expects: 'All replies in the order of the requests.',
    finds: 'Small replies written directly while a large one waits.',
    unsupported: held,
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 65_536 })
      // As much as a server is likely to let wait at all: what is dropped behind less shows too.
      const large = trial.atMost(MIB)
      const pairs = Math.ceil(UNREAD_BYTES / large)
      const messages = repeat(2 * pairs, (i) => counted(i, i % 2 ? 12 : large))
      const stream = dialogue.owing(...messages)
      const taken = await dialogue.sendUntilStalled(stream)
      await dialogue.send(stream.subarray(taken), true)
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'sending/goes-on-after-a-stall',
    level: 'must',
    clauses: ['ALL-8', 'ALL-9'],
    sends: 'Messages until stalled; the replies are read to the last byte; then one more message.',
    expects: 'All replies, and that of the last message at once.',
    finds: 'A wake-up that never comes because the blocked write was the last one.',
    unsupported: held,
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 65_536 })
      const size = trial.atMost(MIB / 8)
      for (let round = 0; round < 3; round++) {
        const count = Math.ceil(UNREAD_BYTES / size)
        const stream = dialogue.owing(...repeat(count, (i) => counted(100 * round + i, size)))
        const taken = await dialogue.sendUntilStalled(stream)
        await dialogue.send(stream.subarray(taken), true)
        await dialogue.replies()
        await trial.exchange(dialogue)
      }
    },
  },
  {
    id: 'backpressure/fifty-stalled-clients',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-9'],
    sends: 'Fifty clients that send 2 MiB each and read nothing; then one more client.',
    expects: 'The one more is served.',
    finds: 'A pool of workers that stalled clients use up.',
    unsupported: held,
    async run(trial) {
      const block = repeat(8, () => trial.frame(letters(trial.atMost(MIB / 4))))
      for (let i = 0; i < 50; i++) {
        const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
        dialogue.peer.trySend(Buffer.concat(block))
      }
      try {
        for (let i = 0; i < 5; i++) await trial.exchange(await trial.open())
      } catch (error) {
        if (!(error instanceof CaseFailure)) throw error
        const what = 'Behind fifty clients that do not read, a new one was not served'
        throw new CaseFailure('starved-others', `${what}: ${error.message}`)
      }
    },
  },
  {
    id: 'backpressure/end-behind-a-stall',
    level: 'must',
    clauses: ['ALL-7', 'ALL-9'],
    sends: 'Messages until stalled and the end of the stream at once; then reads.',
    expects: 'Every byte that was accepted is answered, then the end.',
    finds: 'An end of the stream that is never seen because reading was paused.',
    unsupported: held,
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 65_536 })
      const size = trial.atMost(MIB / 4)
      for (let i = 0; i < BLOCKS_MAX; i++) {
        const frames = dialogue.owing(...repeat(BLOCK_MESSAGES, (j) => counted(100 * i + j, size)))
        const taken = await dialogue.sendUntilStalled(frames)
        if (taken === frames.length) continue
        await dialogue.send(frames.subarray(taken), true)
        break
      }
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
])

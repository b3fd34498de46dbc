/** Replies that wait: on several connections at once, for very slow readers, and for nobody. */
import { allOf, defineCases, needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure, Unsupported } from '../verdict.ts'
import { counted, letters, numbered, repeat } from './bytes.ts'
import { mustKeepUp } from './pace.ts'
import { UNREAD_BYTES } from './unread.ts'

const MIB = 1_048_576
/** 100 MiB: a server that takes as much without a reply being read is not to be stalled. */
const BLOCKS_MAX = 50
const BLOCK_MESSAGES = 8

/** What is waiting at a server moves its send buffer's end by less than this. */
const SPARE_BYTES = 16 * 1_024
const LEAD_BYTES = 4_096
/** Each a frame of six bytes or so. */
const TINY_COUNT = Math.ceil((2 * SPARE_BYTES) / 6)
/** Where each of them is full is chance: a fault that shows in every second one has to show. */
const FILLS = 14
/** For who answers slowly. */
const FILLS_MIN = 6
/** With small segments the subject's send buffer stays small as well. */
const SMALL_CLIENT = { receiveBufferBytes: 8_192, segmentBytesMax: 536 }
/** A server may treat long replies otherwise; their segments need a window twice as large. */
const SEGMENTS = [
  { segmentBytesMax: 1_460, receiveBufferBytes: 8_192 },
  { segmentBytesMax: 16_384, receiveBufferBytes: 131_072 },
]
const SIP_BYTES = MIB / 8

/** Sends all of them without reading, for as long as they are taken; then reads every reply. */
async function fillAndRead(dialogue: Dialogue, messages: readonly Uint8Array[]): Promise<void> {
  const stream = dialogue.owing(...messages)
  const taken = await dialogue.sendUntilStalled(stream)
  await dialogue.send(stream.subarray(taken), true)
  await dialogue.replies()
  dialogue.peer.close()
}

/** Sends as it is taken, and reads a little each time the server sleeps: it is blocked often. */
async function sip(dialogue: Dialogue, bytes: Uint8Array): Promise<void> {
  const { peer } = dialogue
  let taken = 0
  while (peer.open) {
    const count = peer.trySend(bytes.subarray(taken))
    if (count === 'ended') return
    taken += count
    if (!(await dialogue.atRest())) break
    if (peer.read(SIP_BYTES) === 0 && count === 0) break
  }
  await dialogue.send(bytes.subarray(taken), true)
}

/** Bytes that the kernel takes of replies like this one while nobody reads them. */
async function heldUnread(trial: Trial, message: Uint8Array): Promise<number> {
  const dialogue = await trial.open(SMALL_CLIENT)
  if (!dialogue.wire.queue) throw new Unsupported('needs a look at what the kernel holds')
  const count = Math.ceil(UNREAD_BYTES / message.length)
  const stream = dialogue.owing(...repeat(count, () => message))
  await dialogue.sendUntilStalled(stream)
  await dialogue.atRest()
  const waitingBytes = dialogue.waitingBytes()
  dialogue.peer.close()
  return stream.length - waitingBytes
}

/**
 * Frames of one segment each, one of them `shift` bytes longer: the first that is sure to wait at
 * the server. What goes out at once does not say where the segments behind it begin.
 */
async function fillWithSegments(
  trial: Trial,
  segments: (typeof SEGMENTS)[number],
  shift: number,
): Promise<void> {
  const dialogue = await trial.open(segments)
  // What of it is left beside the options of every segment.
  const bytes = dialogue.peer.segmentBytes
  const messageBytes = 2 * bytes - trial.frame(letters(bytes)).length
  const shifted = Math.ceil((4 * segments.receiveBufferBytes) / bytes)
  const messages = repeat(Math.ceil(UNREAD_BYTES / bytes), (i) =>
    counted(i, i === shifted ? messageBytes + shift : messageBytes),
  )
  await fillAndRead(dialogue, messages)
}

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
    sends:
      'Large messages until their replies wait, with small ones in between; then reads a little at a time.',
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
      await sip(dialogue, stream.subarray(taken))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'sending/full-among-tiny-replies',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends: `As much as the kernel holds, then tiny messages, unread, on up to ${FILLS} connections: the buffer is full before a header, inside it, behind it.`,
    expects: 'Every byte of every reply.',
    finds: 'Headers or ends that are written without a look at how much was taken.',
    unsupported: needs.longReplies,
    async run(trial) {
      const tiny = repeat(TINY_COUNT, (i) => numbered(i, trial.atMost(1 + (i % 3))))
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, FILLS_MIN * TINY_COUNT)
      dialogue.peer.close()
      const lead = letters(trial.atMost(LEAD_BYTES))
      const heldBytes = await heldUnread(trial, lead)
      const leads = Math.floor((heldBytes - SPARE_BYTES) / trial.frame(lead).length)
      const reservedMs = trial.timeLeftMs / 2
      for (let fill = 0; fill < FILLS; fill++) {
        if (fill >= FILLS_MIN && trial.timeLeftMs < reservedMs) return
        await fillAndRead(await trial.open(SMALL_CLIENT), [...repeat(leads, () => lead), ...tiny])
      }
    },
  },
  {
    id: 'sending/full-between-replies',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends:
      'More than the kernel holds, unread, in frames of one segment: the buffer is full exactly between two replies.',
    expects: 'Every byte of every reply.',
    finds: 'Replies that are dropped when the kernel takes nothing of them.',
    unsupported: allOf(needs.tcp, held),
    async run(trial) {
      const asked = await trial.openProven()
      const frames = SEGMENTS.map(({ segmentBytesMax }) => UNREAD_BYTES / segmentBytesMax)
      await mustKeepUp(trial, asked, 4 * Math.ceil(Math.max(...frames)))
      asked.peer.close()
      for (const segments of SEGMENTS) {
        const headerBytes = trial.framing.headerBytes(letters(segments.segmentBytesMax))
        // By chance the buffer is full elsewhere in one of twenty: what is most likely comes twice.
        const shifts = [...new Set([0, 1, headerBytes + 1, headerBytes]), 0]
        for (const shift of shifts) await fillWithSegments(trial, segments, shift)
      }
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

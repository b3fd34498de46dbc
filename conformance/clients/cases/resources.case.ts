/** What a client costs while it runs: descriptors, memory, CPU time. */
import { nowMs, pauseMs } from '../../../harness/clock.ts'
import { chopped, counting, letters, numbered, repeat } from '../../cases/bytes.ts'
import { CaseFailure } from '../../verdict.ts'
import { allOf, type ClientCase, defineClientCases, needs } from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import type { Visit } from '../visit.ts'
import { canSpell, overMaxByFar } from './lengths.ts'
import { HELLO, requests } from './messages.ts'

const MIB = 1_048_576
const REPLIES = 300
/** Replies behind which a runtime has opened what it opens late. */
const WARM_REPLIES = 50
const DESCRIPTORS_MAX = 20
const SMALL_REPLIES = 4_000
const ROUNDS = 4
/** What runtimes put off collecting, over some thousands of small replies. */
const SMALL_REPLIES_BYTES_MAX = 96 * MIB
/** What runtimes put off collecting while megabytes come. */
const SPARE_BYTES_MAX = 32 * MIB
const PIECE_BYTES = MIB / 4
const PIECES = 128
/** What runtimes fetch in advance and put off collecting, for one large reply. */
const RUNTIME_BYTES_MAX = 96 * MIB
/** A message, its hex of twice the size, and what printing makes of that. */
const COPIES_MAX = 16
const IDLE_WINDOW_MS = 150
const IDLE_WINDOWS_MAX = 6
const IDLE_SHARE_MAX = 0.3

const bytes = (count: number): string => count.toLocaleString('en')

/** Replies to all requests but the last one, in turn; what the client holds twice on the way. */
async function repliesInTurn(trial: ClientTrial): Promise<{ visit: Visit; held: number[] }> {
  const visit = await trial.visit(requests(REPLIES))
  const held: number[] = []
  for (let at = 0; at < REPLIES - 1; at++) {
    await visit.heardAll(at + 1)
    await visit.send(visit.owing(numbered(at, trial.atMost(16))))
    if (at !== WARM_REPLIES && at !== REPLIES - 2) continue
    await visit.atRest()
    held.push(visit.descriptors)
  }
  return { visit, held }
}

const ofAnyReply: readonly ClientCase[] = [
  {
    id: 'client/descriptors-over-replies',
    level: 'must',
    clauses: ['ALL-2'],
    sends: `${REPLIES} replies, each when its request has come.`,
    expects: 'The client has as many descriptors open before the last one as at the start.',
    finds: 'A file or a connection opened for every message, and never closed.',
    async run(trial) {
      const { visit, held } = await repliesInTurn(trial)
      const [before = 0, after = 0] = held
      if (after - before > DESCRIPTORS_MAX) {
        const many = `${after - before} more descriptors are open than before`
        const replies = REPLIES - 2 - WARM_REPLIES
        throw new CaseFailure('leak', `After ${replies} more replies ${many}.`)
      }
      await visit.send(visit.owing(numbered(REPLIES, trial.atMost(16))))
      await visit.succeeds()
    },
  },
  {
    id: 'client/memory-over-replies',
    level: 'must',
    clauses: ['ALL-9'],
    sends: `${bytes(SMALL_REPLIES)} small replies.`,
    expects: 'Memory hardly grows with them.',
    finds: 'A buffer for every reply that is kept until the end.',
    async run(trial) {
      const visit = await trial.visit(requests(SMALL_REPLIES))
      await visit.heard()
      const each = SMALL_REPLIES / ROUNDS
      let before = 0
      for (let round = 0; round < ROUNDS; round++) {
        const from = round * each
        await visit.send(visit.owing(...repeat(each - 1, (i) => numbered(from + i, 16))))
        await visit.atRest()
        if (round === 0) before = visit.memoryBytes
        else mustBeWithin(SMALL_REPLIES_BYTES_MAX, visit.memoryBytes - before, 'Small replies')
        await visit.send(visit.owing(numbered(from + each - 1, 16)))
      }
      await visit.succeeds()
    },
  },
  {
    id: 'client/rests-while-waiting',
    level: 'should',
    clauses: ['ALL-11'],
    sends: 'A reply that comes late; nothing until then.',
    expects: 'The client uses next to no CPU time while it waits.',
    finds: 'Loops that ask again and again whether something has come.',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      let share = 0
      for (let i = 0; i < IDLE_WINDOWS_MAX; i++) {
        const [fromNs, fromMs] = [visit.wantedNs, nowMs()]
        await pauseMs(IDLE_WINDOW_MS)
        share = (visit.wantedNs - fromNs) / 1e6 / (nowMs() - fromMs)
        if (share <= IDLE_SHARE_MAX) break
      }
      if (share > IDLE_SHARE_MAX) {
        const percent = Math.round(100 * share)
        throw new CaseFailure('busy', `While it waits for a reply it uses ${percent} % of a core.`)
      }
      await visit.send(visit.owing(HELLO))
      await visit.succeeds()
    },
  },
]

/** Sends for as long as the client takes it and its memory stays within bounds. */
async function floods(trial: ClientTrial, visit: Visit, what: string): Promise<void> {
  const budget = SPARE_BYTES_MAX + 2 * trial.messageBytesMax
  const before = visit.memoryBytes
  // Without the mark that would end a message.
  const piece = trial.framing.adapt(letters(PIECE_BYTES, 'x'))
  const { peer } = visit
  for (const from = peer.sentBytes; peer.sentBytes < from + budget + SPARE_BYTES_MAX; ) {
    const wanted = peer.sentBytes + piece.length
    await visit.send(piece)
    mustBeWithin(budget, visit.memoryBytes - before, what)
    // It has ended, or takes no more.
    if (peer.sentBytes < wanted) return
  }
}

function mustBeWithin(budget: number, grown: number, what: string): void {
  if (grown <= budget) return
  const cost = `cost the client ${bytes(grown)} bytes of memory`
  throw new CaseFailure('memory', `${what} ${cost}; the budget is ${bytes(budget)}.`)
}

const ofLargeReplies: readonly ClientCase[] = [
  {
    id: 'client/memory-behind-huge-length',
    level: 'must',
    clauses: ['ALL-4', 'ALL-9'],
    sends: 'A length far over the limit, and bytes behind it for as long as the client takes them.',
    expects: 'The client ends, not with status 0, and its memory stays within bounds.',
    finds: 'Buffers of whatever length was announced, or that grow as long as something comes.',
    unsupported: allOf(needs.announcedLength, canSpell(overMaxByFar)),
    async run(trial) {
      const length = overMaxByFar(trial.options.traits)!
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.send(trial.framing.announce(length)!)
      const what = `A reply announced ${length.toLocaleString('en')} bytes`
      await floods(trial, visit, `${what}: what came behind it`)
      await visit.fails(what, 'refused')
    },
  },
  {
    id: 'client/memory-without-end',
    level: 'must',
    clauses: ['ALL-4', 'ALL-9'],
    sends: 'A reply without an end, for as long as the client takes it.',
    expects: 'The client ends, not with status 0, and its memory stays within bounds.',
    finds: 'Buffers that grow as long as something comes.',
    unsupported: ({ framing }) =>
      ['delimited', 'stuffed'].includes(framing.family) ? null : 'a length comes in front',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await floods(trial, visit, 'A reply without an end')
      await visit.fails('A reply was longer than the limit, without an end in sight', 'refused')
    },
  },
  {
    id: 'client/memory-of-one-reply',
    level: 'should',
    clauses: ['ALL-9', 'ALL-11'],
    sends: `One reply of the largest size up to 8 MiB in ${PIECES} pieces, each read by itself.`,
    expects: `At most ${COPIES_MAX} times its size in memory, beside what runtimes need.`,
    finds: 'A copy of what has come for every piece that comes.',
    unsupported: needs.messageBytes(4 * MIB),
    async run(trial) {
      const visit = await trial.visit([HELLO, HELLO])
      await visit.heard()
      const size = trial.atMost(8 * MIB)
      const [before, peak] = [visit.memoryBytes, visit.memoryBytesMax]
      const frame = visit.owing(counting(size))
      await visit.split(chopped(frame, Math.ceil(frame.length / PIECES)))
      await visit.atRest()
      const what = `One reply of ${bytes(size)} bytes`
      const highest = visit.memoryBytesMax
      if (highest > peak) {
        mustBeWithin(RUNTIME_BYTES_MAX + COPIES_MAX * size, highest - before, what)
      }
      await visit.send(visit.owing(HELLO))
      await visit.succeeds()
    },
  },
]

export const ofResources = defineClientCases([...ofAnyReply, ...ofLargeReplies])

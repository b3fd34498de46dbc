/** Exchanges made up from a seed: frame lists, cuts and ends, and the smallest one that fails. */
import { nowMs } from '../harness/clock.ts'
import type { Random } from '../harness/random.ts'
import { machineTimeScale } from '../harness/time-scale.ts'
import { counted, cutAt, joined } from './cases/bytes.ts'
import type { Symptom } from './result.ts'
import type { Trial } from './trial.ts'
import { CaseFailure } from './verdict.ts'

/** How the connection goes on behind the last byte. */
export type End = 'open' | 'half-close' | 'inside-a-frame'

export interface Plan {
  /** Lengths of the messages, in bytes. */
  sizes: number[]
  /** Where the bytes of all frames are cut, in ascending order. */
  cuts: number[]
  /** Bytes in front of a message, more or less. */
  headerBytes: number
  /** How each piece arrives: written at once, or while the subject stands still. */
  pieces: 'split' | 'merge'
  end: End
}

export interface PlanBounds {
  messagesMax: number
  messageBytesMax: number
  /** False where the framing has no empty messages. */
  mayBeEmpty: boolean
  cutsMax: number
  /** Bytes in front of a message: cuts in there and right behind find more than others. */
  headerBytes: number
  pieces: Plan['pieces']
  ends: readonly End[]
}

/** Sizes at which servers go wrong, more often than any other. */
const NEAR_BYTES = 2
const EDGES = [0, 1, 2, 3, 4, 5, 127, 128, 255, 256, 257, 1023, 1024, 1025]

export function makePlan(random: Random, bounds: PlanBounds): Plan {
  const { messagesMax, messageBytesMax, mayBeEmpty, cutsMax, headerBytes, pieces, ends } = bounds
  const least = mayBeEmpty ? 0 : 1
  const edges = EDGES.filter((size) => size >= least && size <= messageBytesMax)
  const size = () =>
    random.below(2) === 0
      ? edges[random.below(edges.length)]!
      : random.between(least, messageBytesMax)
  const sizes = Array.from({ length: random.between(1, messagesMax) }, size)
  const places = Array.from({ length: random.between(0, cutsMax) }, () =>
    random.below(2) === 0 ? cutNearFrame(random, sizes, headerBytes) : cutAnywhere(random, sizes),
  )
  const cuts = [...new Set(places)].toSorted((a, b) => a - b)
  return { sizes, cuts, headerBytes, pieces, end: ends[random.below(ends.length)]! }
}

/** More than the frames have is cut off when the plan is played. */
const cutAnywhere = (random: Random, sizes: readonly number[]): number =>
  random.between(
    1,
    sizes.reduce((sum, bytes) => sum + bytes + 8, 0),
  )

/** At the first byte of a frame, in its header, or a little behind. */
function cutNearFrame(random: Random, sizes: readonly number[], headerBytes: number): number {
  const before = sizes.slice(0, random.below(sizes.length))
  const start = before.reduce((sum, bytes) => sum + headerBytes + bytes, 0)
  return Math.max(1, start + random.between(-NEAR_BYTES, headerBytes + NEAR_BYTES))
}

/** Talks as planned on a connection of its own. Throws what any case throws. */
async function play(trial: Trial, plan: Plan): Promise<void> {
  const dialogue = await trial.openProven()
  try {
    const messages = plan.sizes.map((size, at) => counted(at + 1, size))
    const last = plan.end === 'inside-a-frame' ? trial.frame(messages.pop()!) : new Uint8Array()
    const whole = dialogue.owing(...messages)
    const bytes = joined(whole, last.subarray(0, last.length >> 1))
    const cuts = plan.cuts.filter((cut) => cut < bytes.length)
    for (const piece of cutAt(bytes, ...cuts)) {
      if (plan.pieces === 'split') await dialogue.split([piece])
      else await dialogue.merge(piece)
    }
    if (plan.end !== 'open') dialogue.finish()
    if (plan.end === 'half-close') return await dialogue.repliesAndEnd()
    if (plan.end === 'inside-a-frame') return await dialogue.endsWithoutPartial()
    await dialogue.replies()
    await trial.exchange(dialogue)
  } finally {
    dialogue.peer.close()
  }
}

/** Each attempt may have to wait until the subject has come to rest. */
const SHRINK_MS_MAX = 4_000
const SHRINK_ATTEMPTS_MAX = 200

/** Plays plan after plan; the first that fails is made as small as it can be, and told. */
export async function playAll(trial: Trial, plans: Iterable<Plan>): Promise<void> {
  for (const plan of plans) {
    const failure = await failureOf(trial, plan)
    if (!failure) continue
    const least = await shrink(plan, failure, (smaller) => failureOf(trial, smaller), {
      deadlineMs: nowMs() + Math.min(SHRINK_MS_MAX * machineTimeScale(), trial.timeLeftMs / 2),
    })
    const detail = `${least.failure.message}\nAs a case of its own:\n${asCase(least.plan)}`
    throw new CaseFailure(least.failure.symptom, detail)
  }
}

async function failureOf(trial: Trial, plan: Plan): Promise<CaseFailure | null> {
  try {
    await play(trial, plan)
    return null
  } catch (error) {
    if (error instanceof CaseFailure && (trial.process?.running ?? true)) return error
    throw error
  }
}

/** The smallest plan that fails in the same way, as far as time allows to look for it. */
export async function shrink(
  plan: Plan,
  failure: CaseFailure,
  fails: (smaller: Plan) => Promise<CaseFailure | null>,
  { deadlineMs }: { deadlineMs: number },
): Promise<{ plan: Plan; failure: CaseFailure }> {
  let least = { plan, failure }
  let attempts = 0
  for (let queue = smallerThan(plan); queue.length > 0; ) {
    if (nowMs() >= deadlineMs || attempts++ >= SHRINK_ATTEMPTS_MAX) break
    const candidate = queue.shift()!
    const found = await failing(fails, candidate)
    if (!found || !isLike(found.symptom, failure.symptom)) continue
    least = { plan: candidate, failure: found }
    queue = smallerThan(candidate)
  }
  return least
}

/** With fewer messages the same fault leaves off elsewhere: which of these shows is chance. */
const MISSING: readonly Symptom[] = ['lost-messages', 'lost-bytes', 'closed-early', 'hung']

const isLike = (one: Symptom, other: Symptom): boolean =>
  one === other || (MISSING.includes(one) && MISSING.includes(other))

/** What ends an attempt otherwise leaves the plan that is known to fail. */
async function failing(
  fails: (smaller: Plan) => Promise<CaseFailure | null>,
  plan: Plan,
): Promise<CaseFailure | null> {
  try {
    return await fails(plan)
  } catch {
    // The schedule could not be made, or the subject is gone: nothing is learnt of this one.
    return null
  }
}

/** Plans that are simpler by one step, the greatest steps first. */
function smallerThan(plan: Plan): Plan[] {
  const { sizes, cuts, end } = plan
  const without = <T>(list: readonly T[], at: number) => list.toSpliced(at, 1)
  const smaller: Plan[] = []
  // A plan that fails takes long to try: few great steps come before many small ones.
  const tiny = sizes.map((size) => Math.min(size, 1))
  if (sizes.length > 2) smaller.push({ ...plan, sizes: tiny.slice(0, 2), cuts: [], end: 'open' })
  if (sizes.some((size) => size > 1)) smaller.push({ ...plan, sizes: tiny })
  if (cuts.length > 0) smaller.push({ ...plan, cuts: [] })
  if (sizes.length > 2) smaller.push({ ...plan, sizes: sizes.slice(0, sizes.length >> 1) })
  if (end !== 'open') smaller.push({ ...plan, end: 'open' })
  for (const at of sizes.keys()) {
    if (sizes.length > 1) smaller.push(withoutMessage(plan, at))
  }
  const halves = sizes.map((size) => size >> 1)
  if (sizes.length > 1 && halves.every((size) => size > 0)) {
    smaller.push({ ...plan, sizes: halves })
  }
  for (const at of cuts.keys()) smaller.push({ ...plan, cuts: without(cuts, at) })
  for (const [at, size] of sizes.entries()) {
    if (size > 1) smaller.push({ ...plan, sizes: sizes.with(at, size >> 1) })
  }
  return smaller
}

/** The cuts behind it move along, and cut what they have cut before. */
function withoutMessage(plan: Plan, at: number): Plan {
  const { sizes, cuts, headerBytes } = plan
  const start = sizes.slice(0, at).reduce((sum, bytes) => sum + headerBytes + bytes, 0)
  const bytes = headerBytes + sizes[at]!
  const moved = cuts
    .filter((cut) => cut <= start || cut > start + bytes)
    .map((cut) => (cut <= start ? cut : cut - bytes))
  return { ...plan, sizes: sizes.toSpliced(at, 1), cuts: [...new Set(moved)] }
}

/** TypeScript to be pasted into a file of cases, which imports three helpers for it. */
export function asCase(plan: Plan): string {
  const lines = [...saying(plan), ...CLOSES[plan.end]]
  return [
    `// For conformance/cases/boundary.case.ts; counted, cutAt and joined come from './bytes.ts'.`,
    '{',
    "  id: 'boundary/found-by-chance',",
    "  level: 'must',",
    `  clauses: [${CLAUSES[plan.end]}],`,
    `  sends: '${inWords(plan)}',`,
    `  expects: '${EXPECTS[plan.end]}',`,
    "  finds: 'Say which mistake.',",
    '  async run(trial) {',
    ...lines.map((line) => `    ${line}`),
    '  },',
    '},',
  ].join('\n')
}

const CLAUSES: Record<End, string> = {
  open: "'ALL-1', 'ALL-2'",
  'half-close': "'ALL-1', 'ALL-7'",
  'inside-a-frame': "'ALL-1', 'ALL-6'",
}

const EXPECTS: Record<End, string> = {
  open: 'Every reply, in order.',
  'half-close': 'Every reply, in order, then the end.',
  'inside-a-frame': 'Every reply to a whole message, none to the last, then the end.',
}

const CLOSES: Record<End, readonly string[]> = {
  open: ['await dialogue.replies()', 'await trial.exchange(dialogue)'],
  'half-close': ['dialogue.finish()', 'await dialogue.repliesAndEnd()'],
  'inside-a-frame': ['dialogue.finish()', 'await dialogue.endsWithoutPartial()'],
}

/** `Messages of 128 and 2 bytes, cut at 3 and 130; the last is cut in half.` */
function inWords({ sizes, cuts, pieces, end }: Plan): string {
  const list = (numbers: readonly number[]) => numbers.join(', ').replace(/, (?=\d+$)/, ' and ')
  const how = pieces === 'split' ? '' : ', each piece while the server stands still'
  const cut = cuts.length > 0 ? `, cut at ${list(cuts)}` : ''
  const ends: Record<End, string> = {
    open: '',
    'half-close': '; then our FIN',
    'inside-a-frame': '; half of the last, then our FIN',
  }
  const what = sizes.length === 1 ? 'A message' : 'Messages'
  return `${what} of ${list(sizes)} bytes${cut}${how}${ends[end]}.`
}

/** What goes out. */
function saying({ sizes, cuts, pieces, end }: Plan): string[] {
  const isTorn = end === 'inside-a-frame'
  const owed = isTorn ? sizes.slice(0, -1) : sizes
  const messages = owed.map((size, at) => `counted(${at + 1}, ${size})`).join(', ')
  const whole = `dialogue.owing(${messages})`
  const bytes = isTorn ? `joined(${whole}, last.subarray(0, last.length >> 1))` : whole
  const last = `const last = trial.frame(counted(${sizes.length}, ${sizes.at(-1)}))`
  const cut = `cutAt(bytes, ${cuts.join(', ')})`
  const merged =
    cuts.length > 0
      ? `for (const piece of ${cut}) await dialogue.merge(piece)`
      : 'await dialogue.merge(bytes)'
  return [
    'const dialogue = await trial.openProven()',
    ...(isTorn ? [last] : []),
    `const bytes = ${bytes}`,
    pieces === 'merge' ? merged : `await dialogue.split(${cuts.length > 0 ? cut : '[bytes]'})`,
  ]
}

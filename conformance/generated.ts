/** Exchanges made up from a seed: frame lists, cuts and ends, and the smallest one that fails. */
import { nowMs } from '../harness/clock.ts'
import type { Random } from '../harness/random.ts'
import { counted, cutAt } from './cases/bytes.ts'
import { concat } from './reference/framing.ts'
import type { Trial } from './trial.ts'
import { CaseFailure } from './verdict.ts'

/** How the connection goes on behind the last byte. */
export type End = 'open' | 'half-close' | 'inside-a-frame'

export interface Plan {
  /** Lengths of the messages, in bytes. */
  sizes: number[]
  /** Where the bytes of all frames are cut, in ascending order. */
  cuts: number[]
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
  pieces: Plan['pieces']
  ends: readonly End[]
}

/** Sizes at which servers go wrong, more often than any other. */
const EDGES = [0, 1, 2, 3, 4, 5, 127, 128, 255, 256, 257, 1023, 1024, 1025]

export function makePlan(random: Random, bounds: PlanBounds): Plan {
  const { messagesMax, messageBytesMax, mayBeEmpty, cutsMax, pieces, ends } = bounds
  const least = mayBeEmpty ? 0 : 1
  const edges = EDGES.filter((size) => size >= least && size <= messageBytesMax)
  const size = () =>
    random.below(2) === 0
      ? edges[random.below(edges.length)]!
      : random.between(least, messageBytesMax)
  const sizes = Array.from({ length: random.between(1, messagesMax) }, size)
  // More than the frames have is cut off when the plan is played.
  const reach = sizes.reduce((sum, bytes) => sum + bytes + 8, 0)
  const places = Array.from({ length: random.between(0, cutsMax) }, () => random.between(1, reach))
  const cuts = [...new Set(places)].toSorted((a, b) => a - b)
  return { sizes, cuts, pieces, end: ends[random.below(ends.length)]! }
}

/** Talks as planned on a connection of its own. Throws what any case throws. */
async function play(trial: Trial, plan: Plan): Promise<void> {
  const dialogue = await trial.openProven()
  try {
    const messages = plan.sizes.map((size, at) => counted(at + 1, size))
    const last = plan.end === 'inside-a-frame' ? trial.frame(messages.pop()!) : new Uint8Array()
    const whole = dialogue.owing(...messages)
    const bytes = concat([whole, last.subarray(0, last.length >> 1)])
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
      deadlineMs: nowMs() + Math.min(SHRINK_MS_MAX, trial.timeLeftMs / 2),
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
    if (found?.symptom !== failure.symptom) continue
    least = { plan: candidate, failure: found }
    queue = smallerThan(candidate)
  }
  return least
}

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
  if (cuts.length > 0) smaller.push({ ...plan, cuts: [] })
  if (sizes.length > 2) smaller.push({ ...plan, sizes: sizes.slice(0, sizes.length >> 1) })
  if (end !== 'open') smaller.push({ ...plan, end: 'open' })
  for (const at of sizes.keys()) {
    if (sizes.length > 1) smaller.push({ ...plan, sizes: without(sizes, at) })
  }
  for (const at of cuts.keys()) smaller.push({ ...plan, cuts: without(cuts, at) })
  for (const [at, size] of sizes.entries()) {
    if (size > 1) smaller.push({ ...plan, sizes: sizes.with(at, size >> 1) })
  }
  return smaller
}

/** TypeScript to be pasted into a file of cases. */
export function asCase({ sizes, cuts, pieces, end }: Plan): string {
  const owed = end === 'inside-a-frame' ? sizes.slice(0, -1) : sizes
  const messages = owed.map((size, at) => `counted(${at + 1}, ${size})`).join(', ')
  const last = `trial.frame(counted(${sizes.length}, ${sizes.at(-1)}))`
  const whole = `dialogue.owing(${messages})`
  const half = [
    `const last = ${last}`,
    `const bytes = concat([${whole}, last.subarray(0, last.length >> 1)])`,
  ]
  const cut = cuts.length > 0 ? `cutAt(bytes, ${cuts.join(', ')})` : '[bytes]'
  const closes: Record<End, readonly string[]> = {
    open: ['await dialogue.replies()', 'await trial.exchange(dialogue)'],
    'half-close': ['dialogue.finish()', 'await dialogue.repliesAndEnd()'],
    'inside-a-frame': ['dialogue.finish()', 'await dialogue.endsWithoutPartial()'],
  }
  const lines = [
    'const dialogue = await trial.openProven()',
    ...(end === 'inside-a-frame' ? half : [`const bytes = ${whole}`]),
    pieces === 'split'
      ? `await dialogue.split(${cut})`
      : `for (const piece of ${cut}) await dialogue.merge(piece)`,
    ...closes[end],
  ]
  return [
    '{',
    "  id: 'boundary/found-by-chance',",
    "  level: 'must',",
    "  clauses: ['ALL-1', 'ALL-2'],",
    "  sends: 'Say what.',",
    "  expects: 'Say what.',",
    "  finds: 'Say what.',",
    '  async run(trial) {',
    ...lines.map((line) => `    ${line}`),
    '  },',
    '},',
  ].join('\n')
}

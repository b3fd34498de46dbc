/** Plans are the same for the same seed, are made small, and can be pasted. */
import { describe, expect, test } from 'bun:test'
import { nowMs } from '../harness/clock.ts'
import { createRandom } from '../harness/random.ts'
import { asCase, makePlan, type Plan, type PlanBounds, shrink } from './generated.ts'
import { CaseFailure } from './verdict.ts'

const BOUNDS: PlanBounds = {
  messagesMax: 6,
  messageBytesMax: 3_000,
  mayBeEmpty: false,
  cutsMax: 10,
  headerBytes: 4,
  pieces: 'split',
  ends: ['open', 'half-close', 'inside-a-frame'],
}
const plans = (seed: number, bounds = BOUNDS): Plan[] => {
  const random = createRandom(seed)
  return Array.from({ length: 200 }, () => makePlan(random, bounds))
}

describe('plans', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(plans(7)).toEqual(plans(7))
    expect(plans(7)).not.toEqual(plans(8))
  })

  test('keep to their bounds, and reach them', () => {
    const made = plans(1)
    const sizes = made.flatMap((plan) => plan.sizes)
    expect(Math.min(...sizes)).toBe(1)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3_000)
    expect(Math.max(...made.map((plan) => plan.sizes.length))).toBe(6)
    expect(new Set(made.map(({ end }) => end)).size).toBe(3)
    for (const { cuts } of made) expect(cuts).toEqual([...cuts].sort((a, b) => a - b))
    const tiny = plans(1, { ...BOUNDS, messageBytesMax: 1, mayBeEmpty: true })
    expect(new Set(tiny.flatMap((plan) => plan.sizes))).toEqual(new Set([0, 1]))
  })
})

describe('a plan that fails', () => {
  const failure = new CaseFailure('merged', 'seen')
  const plan: Plan = {
    sizes: [300, 5, 128, 2_000, 7],
    cuts: [3, 17, 99],
    headerBytes: 4,
    pieces: 'merge',
    end: 'half-close',
  }
  const shrunk = (fails: (plan: Plan) => boolean, more = {}) => {
    const failing = async (smaller: Plan) => (fails(smaller) ? failure : null)
    return shrink(plan, failure, failing, { deadlineMs: nowMs() + 10_000, ...more })
  }

  test('is made as small as it can be', async () => {
    const least = await shrunk(({ sizes }) => sizes.some((size) => size >= 100))
    expect(least.plan).toMatchObject({ sizes: [150], cuts: [], end: 'open' })
    const two = await shrunk(({ sizes, cuts }) => sizes.length >= 2 && cuts.includes(17))
    expect(two.plan).toMatchObject({ sizes: [1, 1], cuts: [17], end: 'open' })
  })

  test('loses a message in front of the cut that matters, and the cut moves along', async () => {
    const start = ({ sizes }: Plan) => sizes.slice(0, -1).reduce((sum, size) => sum + size + 4, 0)
    const late: Plan = { ...plan, sizes: [300, 5, 400], cuts: [9, 316] }
    const fails = async (smaller: Plan) =>
      smaller.cuts.includes(start(smaller) + 3) && smaller.sizes.at(-1)! > 255 ? failure : null
    const least = await shrink(late, failure, fails, { deadlineMs: nowMs() + 10_000 })
    expect(least.plan).toMatchObject({ sizes: [400], cuts: [3], end: 'open' })
  })

  test('in as few steps as it can be', async () => {
    let failed = 0
    const fails = (smaller: Plan) => {
      const isFailing = smaller.sizes.length > 1
      if (isFailing) failed++
      return isFailing
    }
    const least = await shrunk(fails)
    expect(least.plan).toMatchObject({ sizes: [1, 1], cuts: [], end: 'open' })
    // Each of these waits until the server has come to rest.
    expect(failed).toBe(1)
  })

  test('elsewhere, because less is sent, is the same fault', async () => {
    const missing = async ({ sizes }: Plan) =>
      sizes.length > 1 ? new CaseFailure(sizes.length > 2 ? 'lost-messages' : 'hung', '') : null
    const lost = new CaseFailure('lost-messages', 'seen')
    const least = await shrink(plan, lost, missing, { deadlineMs: nowMs() + 10_000 })
    expect(least.plan.sizes).toEqual([1, 1])
    expect(least.failure.symptom).toBe('hung')
  })

  test('with another symptom is another fault', async () => {
    const other = async () => new CaseFailure('split', 'else')
    const least = await shrink(plan, failure, other, { deadlineMs: nowMs() + 10_000 })
    expect(least).toEqual({ plan, failure })
  })

  test('is left as it is when there is no time, or nothing can be learnt', async () => {
    expect((await shrunk(() => true, { deadlineMs: 0 })).plan).toEqual(plan)
    const gone = async () => {
      throw new Error('the subject is gone')
    }
    const least = await shrink(plan, failure, gone, { deadlineMs: nowMs() + 10_000 })
    expect(least.plan).toEqual(plan)
  })
})

test('a counterexample is TypeScript', () => {
  const transpiler = new Bun.Transpiler({ loader: 'ts' })
  for (const plan of plans(3)) {
    const code = transpiler.transformSync(`export const cases = [\n${asCase(plan)}\n]`)
    expect(code).toContain('openProven')
  }
  const shown = asCase({
    headerBytes: 4,
    sizes: [5, 9, 300],
    cuts: [],
    pieces: 'merge',
    end: 'inside-a-frame',
  })
  expect(shown).toContain("  clauses: ['ALL-1', 'ALL-6'],\n")
  expect(shown).toContain("  sends: 'Messages of 5, 9 and 300 bytes, each piece while")
  expect(shown).toContain('    await dialogue.merge(bytes)\n')
  const text = asCase({ headerBytes: 4, sizes: [5, 9], cuts: [3], pieces: 'split', end: 'open' })
  expect(text).toContain('    const bytes = dialogue.owing(counted(1, 5), counted(2, 9))\n')
  expect(text).toContain('    await dialogue.split(cutAt(bytes, 3))\n')
})

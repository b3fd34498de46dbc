/** Verdicts, order of launches and plans, by hand. */
import { describe, expect, test } from 'bun:test'
import { controlLogRatio, logRatio, ordersOf, subjectCoreOf } from './block.ts'
import { type CellBlocks, decide, isClean, overall } from './decide.ts'
import { blocksNeeded, type PlanInput, planGate } from './plan.ts'
import { runStages, type StageCell } from './stages.ts'

/** So many blocks around a value, alternately above and below it. */
const around = (middle: number, spread: number, blocks = 12): number[] =>
  Array.from({ length: blocks }, (_, index) => middle + (index % 2 === 0 ? spread : -spread))

const cell = (logRatios: number[], controls = around(0, 0.002, logRatios.length)): CellBlocks => ({
  logRatios,
  controls,
  floor: 0.03,
})

const verdictOf = (one: CellBlocks) => decide([one], { alpha: 0.01, family: 1 })[0]!

describe('the verdict of a cell', () => {
  test.each([
    ['regressed', cell(around(0.05, 0.005))],
    ['regressed', cell(around(3, 0.1))],
    ['improved', cell(around(-0.05, 0.005))],
    ['pass', cell(around(0, 0.005))],
    ['pass', cell(around(0.025, 0.002))],
    ['inconclusive', cell(around(0, 0.15))],
    ['inconclusive', cell([])],
    ['inconclusive', cell([...around(0, 0.001), Number.NaN])],
    ['inconclusive', cell([...around(0, 0.001), Number.POSITIVE_INFINITY])],
    ['inconclusive', cell(around(0.05, 0.005), [...around(0, 0.01, 11), Number.NaN])],
  ] as const)('%s', (verdict, one) => {
    expect(verdictOf(one).verdict).toBe(verdict)
  })

  test('blocks that all agree but are too few for the error allowed', () => {
    const { verdict, reason } = verdictOf(cell(around(0.06, 0.001, 5)))
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('time was over after 5 of the 8 blocks')
  })

  test('a run in which the same program differs from itself accuses nobody', () => {
    const { verdict, reason } = verdictOf(cell(around(0.06, 0.002), around(-0.08, 0.002)))
    expect(verdict).toBe('inconclusive')
    expect(reason).toContain('differs from itself by 7.7 %')
  })

  test('p is corrected for the family, and the reason says what is excluded', () => {
    const [one] = decide([cell(around(0.05, 0.005))], { alpha: 0.01, family: 4 })
    expect(one!.pAdjusted).toBeCloseTo(4 / 2 ** 12, 12)
    expect(verdictOf(cell(around(0, 0.005))).reason).toBe('a slowdown of 5 % is excluded')
  })
})

test.each([
  [[], 'inconclusive'],
  [['pass', 'pass'], 'pass'],
  [['pass', 'improved'], 'improved'],
  [['improved', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'regressed', 'improved'], 'regressed'],
] as const)('%p together is %s', (verdicts, verdict) => {
  expect(overall(verdicts)).toBe(verdict)
})

describe('a block', () => {
  test('is mirrored in the next, and cores change every two', () => {
    expect(ordersOf(0).flat()).toEqual(['base', 'head', 'head', 'base'])
    expect(ordersOf(1).flat()).toEqual(['head', 'base', 'base', 'head'])
    expect([0, 1, 2, 3, 4].map(subjectCoreOf)).toEqual([1, 1, 0, 0, 1])
  })

  test('what a side gains by being started first cancels in it', () => {
    const [baseFirst, headFirst] = [0.1, -0.1]
    expect(logRatio([baseFirst, headFirst])).toBeCloseTo(0, 12)
    const [even, odd] = [
      controlLogRatio([baseFirst, headFirst]),
      controlLogRatio([headFirst, baseFirst]),
    ]
    expect(even + odd).toBeCloseTo(0, 12)
  })

  test('what head costs more is in the ratio, and not in the control', () => {
    expect(logRatio([0.05, 0.05])).toBeCloseTo(0.05, 12)
    expect(controlLogRatio([0.05, 0.05])).toBe(0)
    expect(controlLogRatio([0.05, 0.15])).toBeCloseTo(0.05, 12)
    expect(logRatio([0.05, Number.NaN])).toBeNaN()
  })
})

describe('the plan', () => {
  const minute: PlanInput = {
    scenarios: 1, isStaged: true, budgetMs: 57_000, overheadMs: 150, alpha: 0.01, family: 4,
  } // biome-ignore format: a table
  const loadedMs = (input: Partial<PlanInput>) => {
    const plan = planGate({ ...minute, ...input })!
    return Math.round(plan.warmUpMs + plan.closedMs + plan.openMs)
  }

  test('one scenario in a minute: twelve blocks, and launches as long as that allows', () => {
    expect(planGate(minute)).toMatchObject({ routeBlocks: 0, looks: [12] })
    expect(loadedMs({})).toBe(943)
    expect(loadedMs({ budgetMs: 46_200 })).toBe(739)
  })

  test('more time: longer launches, then further looks', () => {
    expect(planGate({ ...minute, budgetMs: 117_000 })!.looks).toEqual([12, 18, 24])
    expect(planGate({ ...minute, budgetMs: 88_000 })!.looks).toEqual([12, 18])
  })

  test('less time: shorter launches, then fewer blocks, then none', () => {
    expect(loadedMs({ budgetMs: 20_400 })).toBe(250)
    expect(planGate({ ...minute, budgetMs: 18_000 })!.looks).toEqual([10])
    expect(planGate({ ...minute, budgetMs: 16_500 })).toBeNull()
    expect(planGate({ ...minute, budgetMs: -3 })).toBeNull()
  })

  test('several scenarios: there is time for all blocks of both stages', () => {
    const three = { ...minute, scenarios: 3, budgetMs: 280_000, family: 12 }
    expect(planGate(three)).toMatchObject({ routeBlocks: 6, looks: [12, 18, 24] })
    expect(3 * (6 + 24) * 4 * (1.1 * loadedMs(three) + 150)).toBeCloseTo(280_000, -3)
  })

  test('many scenarios: a first stage that takes less than half of the time', () => {
    const twelve = { ...minute, scenarios: 12, budgetMs: 280_000, family: 48 }
    expect(planGate(twelve)!.routeBlocks).toBe(6)
    expect(12 * 6 * 4 * (1.1 * loadedMs(twelve) + 150)).toBeLessThan(140_000)
    expect(planGate({ ...minute, scenarios: 12, budgetMs: 60_000, family: 48 })).toBeNull()
  })

  test.each([
    [0.01, 1, 8],
    [0.01, 4, 10],
    [0.01, 12, 11],
    [0.05, 4, 7],
  ])('error %p over %p cells needs %p blocks', (alpha, family, blocks) => {
    expect(blocksNeeded(alpha, family)).toBe(blocks)
    expect(family * 2 ** -blocks).toBeLessThan(alpha)
  })
})

describe('the two stages', () => {
  /** Scenarios whose every block comes out as said; what was taken is written down. */
  const stages = async (moved: Record<string, number>, budgetBlocks = Infinity) => {
    const taken: string[] = []
    const cells: StageCell[] = Object.keys(moved).map((scenario) => ({
      scenario, floor: 0.03, logRatios: [], controls: [],
    })) // biome-ignore format: a table
    let made = 0
    const outcomes = await runStages({
      cells,
      plan: { routeBlocks: 4, earlyBlocks: [], looks: [12, 18] },
      alpha: 0.01,
      async take(scenarios, blocks) {
        taken.push(`${[...scenarios].join('+')} ${blocks}`)
        for (let block = 0; block < blocks; block++) {
          if (made++ >= budgetBlocks) return false
          for (const one of cells) {
            const jitter = 0.004 * (block % 2 === 0 ? 1 : -1)
            if (!scenarios.has(one.scenario)) continue
            one.logRatios.push(moved[one.scenario]! + jitter)
            one.controls.push(jitter)
          }
        }
        return true
      },
    })
    return { taken, outcomes }
  }

  test('clean scenarios end with the first, the others get fresh blocks', async () => {
    const { taken, outcomes } = await stages({ a: 0, b: 0.06, c: -0.2 })
    expect(taken).toEqual(['a+b+c 4', 'b 12'])
    expect(outcomes.map(({ stage }) => stage)).toEqual(['routed', 'tested', 'routed'])
    expect(outcomes.map(({ decision }) => decision.verdict)).toEqual(['pass', 'regressed', 'pass'])
    expect(outcomes[1]!.logRatios.length).toBe(12)
  })

  test('the first stage fails nothing, even when time ends with it', async () => {
    const { taken, outcomes } = await stages({ a: 0, b: 3 }, 6)
    expect(taken).toEqual(['a+b 4', 'b 12'])
    expect(outcomes.map(({ decision }) => decision.verdict)).toEqual(['pass', 'inconclusive'])
    const cut = await stages({ a: 0, b: 3 }, 3)
    expect(cut.taken).toEqual(['a+b 4'])
    const [, b] = cut.outcomes
    expect(b!.decision.verdict).toBe('inconclusive')
    expect(b!.decision.reason).toContain('--budget')
  })

  const early = async (moved: readonly number[]) => {
    const taken: number[] = []
    const cells: StageCell[] = moved.map(() => ({
      scenario: 'a', floor: 0.03, logRatios: [], controls: [],
    })) // biome-ignore format: a table
    const outcomes = await runStages({
      cells,
      plan: { routeBlocks: 0, earlyBlocks: [4, 8], looks: [12] },
      alpha: 0.01,
      async take(_, blocks) {
        taken.push(blocks)
        for (const [index, one] of cells.entries()) {
          one.logRatios.push(...around(moved[index]!, 0.004, blocks))
          one.controls.push(...around(0, 0.004, blocks))
        }
        return true
      },
    })
    const seen = outcomes.map(({ decision }) => decision.minimumDetectableEffect)
    return { taken, verdicts: outcomes.map(({ decision }) => decision.verdict), seen }
  }

  test('nothing moves: a scenario ends before the first look', async () => {
    const { seen, ...what } = await early([0, 0])
    expect(what).toEqual({ taken: [4], verdicts: ['pass', 'pass'] })
    // What would have been seen at the look: the floor, and what chance may take away from it.
    for (const effect of seen) expect(effect).toBeWithin(0.03, 0.04)
  })

  test('one cell that moves, up or down, takes the whole scenario to the look', async () => {
    const taken = [4, 4, 4]
    expect(await early([0, 0.06])).toMatchObject({ taken, verdicts: ['pass', 'regressed'] })
    expect(await early([-0.06, 0])).toMatchObject({ taken, verdicts: ['improved', 'pass'] })
  })

  test('what was not clean and is not there to be tested is never a pass', () => {
    expect(isClean(cell([]))).toBe(false)
    expect(isClean(cell([Number.NaN, 0, 0, 0]))).toBe(false)
    expect(isClean(cell([0.001]))).toBe(false)
    expect(isClean(cell(around(0.04, 0.001, 4)))).toBe(false)
    expect(isClean(cell(around(0, 0.002, 4)))).toBe(true)
  })
})

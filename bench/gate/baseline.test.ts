/** Baselines and whole results, from blocks that are numbers. */
import { describe, expect, test } from 'bun:test'
import { assemble } from './assemble.ts'
import { againstBaseline, type Baseline, baselineOf, machineOf, otherMachine } from './baseline.ts'
import type { GateCounter, GateFailure, GateVerdict } from './result.ts'
import { EXAMPLE_ENVIRONMENT, EXAMPLE_WORKLOAD, resultOf, runOf } from './testing.ts'

const NOTHING = [0, 0, 0, 0]

describe('a result', () => {
  test('nothing changed: pass, with what could have been seen', async () => {
    const { verdict, cells, control } = resultOf(await runOf(NOTHING))
    expect(verdict).toBe('pass')
    expect(cells.map(({ metric }) => metric)).toEqual([
      'cpuNsPerMessage',
      'throughputPerSecond',
      'latencyNsP50',
      'latencyNsP99',
    ])
    for (const cell of cells) {
      expect(cell.ratio).toBeCloseTo(1, 6)
      expect(cell.minimumDetectableEffect).toBeGreaterThan(cell.floor)
      expect(cell.minimumDetectableEffect).toBeLessThan(cell.margin)
    }
    expect(control.ratio).toBeCloseTo(1, 6)
  })

  test('twenty times slower, or only later: regressed', async () => {
    const twenty = resultOf(await runOf(NOTHING.map(() => Math.log(20))))
    expect(twenty.verdict).toBe('regressed')
    expect(twenty.cells[0]!.ratio).toBeCloseTo(20, 3)
    const waiting = resultOf(await runOf([0, 0, 0.7, 0.9]))
    expect(waiting.verdict).toBe('regressed')
    expect(waiting.reason).toBe('Worse: ping-pong latencyNsP50, ping-pong latencyNsP99.')
  })

  test('what is no number, is not there or was never measured is inconclusive', async () => {
    const notNumbers = resultOf(await runOf(NOTHING, () => Number.NaN))
    expect(notNumbers.verdict).toBe('inconclusive')
    expect(notNumbers.reason).toContain('a measurement is not a number')
    expect(JSON.parse(JSON.stringify(notNumbers))).toEqual(notNumbers)
    const run = await runOf(NOTHING)
    const missing = resultOf({ ...run, cells: run.cells.slice(1) })
    expect(missing).toMatchObject({
      verdict: 'inconclusive',
      reason: 'Not measured: ping-pong cpuNsPerMessage.',
    })
    expect(resultOf({ ...run, cells: [] }).verdict).toBe('inconclusive')
    expect(resultOf({ ...run, cells: [] }, []).reason).toBe('Nothing was measured.')
    expect(resultOf({ ...run, plan: null, cells: [] }).reason).toContain('--budget')
    expect(resultOf(null).verdict).toBe('inconclusive')
  })

  test.each([
    ['head', 'regressed'],
    ['base', 'inconclusive'],
  ] as const)('%s wrong under load: %s', async (side, verdict) => {
    const failure: GateFailure = { side, scenario: 'ping-pong', symptom: 'hung', detail: 'why' }
    const result = resultOf({ ...(await runOf(NOTHING)), cells: [], failures: [failure] })
    expect(result.verdict).toBe(verdict)
    expect(result.reason).toBe(`${side} is wrong under load in ping-pong: hung. why`)
  })

  test('exact counts: a fall improves what passes, a rise regresses it', async () => {
    const same = await runOf(NOTHING)
    const count = (head: number, verdict: GateVerdict): GateCounter => ({
      ...{ scenario: 'ping-pong', counter: 'writes', base: 2_000, head, verdict },
    })
    const judged = (...counters: GateCounter[]) => resultOf(same, undefined, counters)
    expect(judged(count(2_000, 'pass')).verdict).toBe('pass')
    const { verdict, reason } = judged(count(1_000, 'improved'))
    expect({ verdict, reason }).toEqual({
      verdict: 'improved',
      reason: 'Better: ping-pong writes (2000 → 1000 per 1,000 messages); nothing is worse.',
    })
    const worse = judged(count(2_001, 'regressed'), count(1_000, 'improved'))
    expect(worse.verdict).toBe('regressed')
    expect(judged(count(Number.NaN, 'inconclusive')).verdict).toBe('inconclusive')
    // Slower all the same: fewer writes buy nothing.
    const slower = resultOf(await runOf([0.06, 0, 0, 0]), undefined, [count(1_000, 'improved')])
    expect(slower.verdict).toBe('regressed')
  })

  test('a new failure of conformance comes before all figures', () => {
    const newFailures = [{ id: 'a/b', symptom: 'merged', detail: '', repro: '' }]
    const findings = { newFailures, run: null, workloads: [EXAMPLE_WORKLOAD], warnings: [] }
    const { verdict, reason } = assemble(findings, resultOf(null))
    expect(verdict).toBe('regressed')
    expect(reason).toBe('head fails what base passes: a/b (merged). Nothing was timed.')
  })
})

describe('against a baseline', () => {
  const stored = async (shifts: readonly number[]): Promise<Baseline> =>
    JSON.parse(JSON.stringify(baselineOf(await runOf(shifts), EXAMPLE_ENVIRONMENT, [])))

  const compared = async (then: Baseline, now: readonly number[]) =>
    resultOf(againstBaseline(await runOf(now), then, 0.01))

  test('ratios to the yardstick are compared, not figures', async () => {
    const then = await stored([0.5, 0.4, 0.3, 0.2])
    expect((await compared(then, [0.5, 0.4, 0.3, 0.2])).verdict).toBe('pass')
    const slower = await compared(then, [0.56, 0.4, 0.3, 0.2])
    expect(slower.reason).toBe('Worse: ping-pong cpuNsPerMessage.')
    expect(slower.cells[0]!.ratio).toBeCloseTo(Math.exp(0.06), 4)
    expect((await compared(then, [0.4, 0.4, 0.3, 0.2])).verdict).toBe('improved')
  })

  test('a cell that only one of both has is inconclusive, renamed or gone', async () => {
    const then = await stored(NOTHING)
    const more = { ...then.cells[0]!, scenario: 'gone' }
    const gone = await compared({ ...then, cells: [...then.cells, more] }, NOTHING)
    expect(gone).toMatchObject({
      verdict: 'inconclusive',
      reason: 'Not measured: gone cpuNsPerMessage.',
    })
    const renamed = then.cells.map((cell) => ({ ...cell, metric: `${cell.metric}2` }))
    const result = await compared({ ...then, cells: renamed }, NOTHING)
    expect(result.verdict).toBe('inconclusive')
    expect(result.cells[0]!.reason).toContain('the baseline has no such cell')
    const resized = then.cells.map((cell) => ({ ...cell, parameters: { messageBytes: 1 } }))
    expect((await compared({ ...then, cells: resized }, NOTHING)).verdict).toBe('inconclusive')
  })

  test('another class of machine is named', () => {
    const machine = machineOf(EXAMPLE_ENVIRONMENT)
    expect(otherMachine(machine, machine)).toBeNull()
    expect(otherMachine({ ...machine, cores: 8 }, machine)).toBe('cores was 8 and is 2')
  })
})

/**
 * The gate tests itself: whatever is wrong with head, base or a measurement ends with another code
 * than 0, and with words of its own. Those that need processes or files are in gate.test.ts; that
 * real launches come to the verdicts below is shown in bench/gate/run.test.ts.
 */
import { expect, test } from 'bun:test'
import { againstBaseline, type Baseline, baselineOf } from '../bench/gate/baseline.ts'
import type { GateFailure, GateResult } from '../bench/gate/result.ts'
import { EXAMPLE_ENVIRONMENT, resultOf, runOf } from '../bench/gate/testing.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { exitCodeOf } from './gate-exit.ts'

const NOTHING = [0, 0, 0, 0]
const SAME = await runOf(NOTHING)
const STORED: Baseline = baselineOf(SAME, EXAMPLE_ENVIRONMENT, [])
const crash: GateFailure = {
  side: 'head',
  scenario: 'ping-pong',
  symptom: 'crashed',
  detail: 'It exited with status 6.',
}
const renamed = STORED.cells.map((cell) => ({ ...cell, scenario: 'pingpong' }))

const CASES: readonly [string, GateResult, ExitCode, string][] = [
  [
    'a slowdown of twenty times',
    resultOf(await runOf(NOTHING.map(() => Math.log(20)))),
    EXIT.failed,
    'Worse: ping-pong cpuNsPerMessage',
  ],
  [
    'a measurement that is not a number',
    resultOf(await runOf(NOTHING, () => Number.NaN)),
    EXIT.inconclusive,
    'a measurement is not a number',
  ],
  ['an empty result', resultOf({ ...SAME, cells: [] }, []), EXIT.inconclusive, 'Nothing was'],
  [
    'a missing cell',
    resultOf({ ...SAME, cells: SAME.cells.slice(1) }),
    EXIT.inconclusive,
    'Not measured: ping-pong cpuNsPerMessage.',
  ],
  [
    'a renamed cell',
    resultOf(againstBaseline(SAME, { ...STORED, cells: renamed }, 0.01)),
    EXIT.inconclusive,
    'Not measured: pingpong cpuNsPerMessage',
  ],
  [
    'a head that crashed under load',
    resultOf({ ...SAME, cells: [], failures: [crash] }),
    EXIT.failed,
    'head is wrong under load in ping-pong: crashed. It exited with status 6.',
  ],
  [
    'no time for a verdict',
    resultOf({ ...SAME, cells: [], plan: null }),
    EXIT.inconclusive,
    'give a larger --budget',
  ],
  [
    'a budget that went by before anything was timed',
    resultOf({ ...SAME, cells: [], plan: null }, undefined, [], 71.3),
    EXIT.inconclusive,
    'give a larger --budget. Checking both took 71 s of 60 s.',
  ],
]

test.each(CASES)('%s: non-zero, and it says so', (_, result, code, message) => {
  expect({ code: exitCodeOf(result, EXIT.inconclusive), reason: result.reason }).toEqual({
    code,
    reason: expect.stringContaining(message),
  })
})

test('every message is one of its own', () => {
  expect(new Set(CASES.map(([, { reason }]) => reason)).size).toBe(CASES.length)
})

test('nothing changed is 0; an interruption is 130, whatever was seen', () => {
  const same = resultOf(SAME)
  expect(exitCodeOf(same, EXIT.inconclusive)).toBe(EXIT.ok)
  expect(exitCodeOf({ ...same, partial: true }, EXIT.inconclusive)).toBe(EXIT.interrupted)
})

test('--on-inconclusive speaks of runs that measured something', () => {
  const [, noNumber] = CASES.map(([, result]) => result)
  expect(exitCodeOf(noNumber!, EXIT.ok)).toBe(EXIT.ok)
  expect(exitCodeOf({ ...noNumber!, cells: [] }, EXIT.ok)).toBe(EXIT.inconclusive)
})

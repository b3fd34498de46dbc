/** Calibration: a small real one, and what is put together of several. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CALIBRATION_SCHEMA,
  type CalibratedSubject,
  type CalibrationGate,
  type CalibrationResult,
} from '../bench/gate/calibration/result.ts'
import { ratesOf } from '../bench/gate/calibration/summary.ts'
import { launchOnce } from '../bench/gate/launch.ts'
import { EXAMPLE_ENVIRONMENT } from '../bench/gate/testing.ts'
import { StandingGenerator } from '../harness/standing-generator.ts'
import { renderCalibrationMarkdown } from '../reports/calibration-markdown.ts'
import { benchSubjectOf } from './bench-run.ts'
import { joined, readCalibration } from './calibration-join.ts'
import { runCalibration } from './calibration-run.ts'
import { calibrationSubjects } from './calibration-subjects.ts'
import { UsageError } from './errors.ts'
import { EXIT } from './exit-codes.ts'
import { gatedWorkloads } from './gate-scenarios.ts'
import { resolveSubjects } from './subjects.ts'
import { framegate } from './testing.ts'

setDefaultTimeout(120_000)
const signal = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const calibrate = (...args: string[]) => framegate('calibrate', ...args)

/** A gate whose four cells have these blocks. */
const gateOf = (effect: number, verdict: CalibrationGate['verdict'], shift = effect) => ({
  effect,
  verdict,
  reason: 'because',
  wallSeconds: 30,
  cells: (['cpuNsPerMessage', 'throughputPerSecond'] as const).map((metric) => ({
    scenario: 'ping-pong',
    metric,
    floor: 0.03,
    ratio: Math.exp(shift),
    minimumDetectableEffect: 0.034,
    logRatios: [shift + 0.004, shift - 0.004, shift, shift + 0.002],
    controlLogRatios: [0.004, -0.004, 0, 0.002],
  })),
})

const calibration = (
  startedAt: string,
  gates: CalibrationGate[],
  changes: Partial<CalibrationResult['subjects'][0]> = {},
): CalibrationResult => ({
  schema: CALIBRATION_SCHEMA,
  partial: false,
  environment: { ...EXAMPLE_ENVIRONMENT, startedAt },
  runs: [startedAt],
  settings: { alpha: 0.01, seed: 1 },
  subjects: [
    {
      name: 'python',
      command: 'python3 echo.py {port} 0',
      floor: 0.03,
      budgetSeconds: 58,
      cpuNsPerMessage: 30_000,
      gates,
      rates: ratesOf(gates),
      predictions: [],
      ...changes,
    },
  ],
  warnings: [],
})

test('a small real one: a gate without a change, kept as soon as it is there', async () => {
  const result: CalibrationResult = {
    ...calibration('2030-01-01', []),
    // An error that three blocks are content with.
    settings: { alpha: 0.9, seed: 1 },
    subjects: [],
  }
  let kept = 0
  await runCalibration(result, {
    subjects: calibrationSubjects(['light-bun']),
    workloads: gatedWorkloads(['ping-pong']),
    runs: 1,
    effects: [0],
    floor: 0.03,
    plan: { routeBlocks: 0, earlyBlocks: [], looks: [3], warmUpMs: 40, closedMs: 40, openMs: 40 },
    // A loaded machine only takes longer.
    budgetMs: 600_000,
    keep: ({ subjects }) => {
      kept = subjects[0]!.gates.length
    },
  })
  expect(kept).toBe(1)
  const [{ gates, rates, predictions, cpuNsPerMessage }] = result.subjects as [CalibratedSubject]
  expect(gates.map(({ effect, cells }) => [effect, cells.length])).toEqual([[0, 4]])
  expect(gates[0]!.cells[0]!.logRatios).toHaveLength(3)
  expect(rates).toMatchObject([{ effect: 0, gates: 1 }])
  expect(predictions.map(({ effect }) => effect)).toEqual([0, 0.03, 0.05, 0.1])
  expect(cpuNsPerMessage).toBeGreaterThan(1_000)
})

test('work that is put into a server takes as long as it should, by its CPU time', async () => {
  const generator = await StandingGenerator.start(0)
  const extent = { messages: 200 }
  const phase = { warmUp: extent, measured: extent }
  const [workload] = gatedWorkloads(['ping-pong'])
  const cpuNs = async (command: string): Promise<number> => {
    const given = { exec: command, framing: 'u32be', maxFrame: 1024 * 1024 }
    const subject = benchSubjectOf(resolveSubjects([], given)[0]!)
    const request = { subject, workload: workload!, core: 1, generator, phase, seed: 1, signal }
    const report = await launchOnce(request)
    if (!('figures' in report)) throw new Error(report.detail)
    const { subject: usage, messages } = report.figures
    return usage!.cpuNs / messages
  }
  try {
    for (const { command } of calibrationSubjects([])) {
      const added = (await cpuNs(command(500_000))) - (await cpuNs(command(0)))
      // Cores change their clock, and neighbours share them.
      expect(added).toBeWithin(250_000, 1_000_000)
    }
  } finally {
    generator.stop()
  }
})

describe('several runs put together', () => {
  const pass = gateOf(0, 'pass')
  const found = gateOf(0.05, 'regressed', 0.046)

  test('gates of one subject are counted together, others get rows of their own', async () => {
    const whole = await joined([
      calibration('2030-01-01', [pass, found]),
      calibration('2030-01-02', [pass, found, gateOf(0.05, 'inconclusive')]),
      calibration('2030-01-03', [pass], { floor: 0.01 }),
      calibration('2030-01-04', [pass], { name: 'light-bun' }),
    ])
    expect(whole.subjects.map(({ name, floor, gates }) => [name, floor, gates.length])).toEqual([
      ['python', 0.03, 5],
      ['python', 0.01, 1],
      ['light-bun', 0.03, 1],
    ])
    expect(whole.subjects[0]!.rates).toMatchObject([
      { effect: 0, gates: 2, regressed: 0, inconclusive: 0, low: 0 },
      { effect: 0.05, gates: 3, regressed: 2, inconclusive: 1 },
    ])
    // Blocks of half a percent of noise: what thousands of gates would say is plain.
    const shares = whole.subjects[0]!.predictions.map(({ regressed }) => Math.round(regressed))
    expect(shares).toEqual([0, expect.any(Number), 1, 1])
    const page = renderCalibrationMarkdown(whole)
    expect(page).toContain('4 gates in which nothing was changed: 0 regressed, 0 inconclusive.')
    expect(page.replaceAll('\u00a0', ' ')).toContain(
      '| python | +5.0 % work | 3.0 % | 3 | 2 (9.4 % to 99 %) | 1 | +4.7 % | 0.5 | 0.5 |',
    )
  })

  test.each([
    [
      'the same run twice',
      [calibration('2030-01-01', [pass]), calibration('2030-01-01', [pass])],
      'The calibration of 2030-01-01 is given twice.',
    ],
    [
      'two machines',
      [
        calibration('2030-01-01', [pass]),
        {
          ...calibration('2030-01-02', [pass]),
          environment: { ...EXAMPLE_ENVIRONMENT, cores: 64 },
        },
      ],
      'Calibrations of two machines: cores was 2 and is 64.',
    ],
    [
      'two error rates',
      [
        calibration('2030-01-01', [pass]),
        { ...calibration('2030-01-02', [pass]), settings: { alpha: 0.05, seed: 1 } },
      ],
      '--alpha 0.01 and 0.05',
    ],
  ])('%s: refused', async (_, parts, message) => {
    expect(joined(parts)).rejects.toThrow(message)
  })

  test('from files, with a page; what is no calibration is named', async () => {
    const path = join(folder, 'one.json')
    writeFileSync(path, JSON.stringify(calibration('2030-01-01', [pass, found])))
    const { code, out } = await calibrate(path)
    expect({ code, isPage: out.startsWith('# What the gate sees on this machine') }).toEqual({
      code: EXIT.ok,
      isPage: true,
    })
    for (const [text, message] of [
      ['{', 'is no JSON'],
      ['{"schema":"framegate.gate/1"}', 'is no calibration (framegate.calibration/1): at schema'],
    ] as const) {
      writeFileSync(path, text)
      expect(() => readCalibration(path)).toThrow(UsageError)
      expect(() => readCalibration(path)).toThrow(message)
    }
  })
})

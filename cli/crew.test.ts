import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { CASES } from '../conformance/registry.ts'
import type { ConformResult } from '../conformance/result.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { HarnessError } from '../harness/errors.ts'
import { isLinux } from '../harness/testing.ts'
import { chooseCases } from './choose-cases.ts'
import { runConformance } from './conform-run.ts'
import { Crew } from './crew.ts'
import { host, hostedBy } from './host.ts'
import { resolveSubjects } from './subjects.ts'

const SEED = 7
const quiet = { step() {}, resize() {}, note() {}, stop() {} }

function run(
  names: readonly string[],
  jobs: number,
  glob: string,
  how: { onCase?(): void; signal?: AbortSignal } = {},
): Promise<ConformResult> {
  const startProgress = () => ({ ...quiet, step: () => how.onCase?.() })
  const signal = how.signal ?? host().signal
  return hostedBy({ signal, log() {}, startProgress }, () =>
    runConformance(resolveSubjects(names, {}), {
      cases: chooseCases(CASES, { case: [glob], level: 'all' }),
      complete: false,
      seed: SEED,
      timeScale: 1,
      jobs,
      bail: false,
      environment: detectEnvironment(SEED),
    }),
  )
}

/** What does not depend on when it ran. */
const told = ({ runs }: ConformResult) =>
  runs.map(({ subject, cases, problems }) => ({
    subject,
    problems,
    cases: cases.map(({ durationMs: _, ...rest }) => rest),
  }))

/** Processes of the crew that this one has started. */
const crew = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isOfCrew(pid))

function isOfCrew(pid: number): boolean {
  try {
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return Number(parent) === process.pid && command.includes('crew-member')
  } catch {
    // It has ended meanwhile.
    return false
  }
}

describe('several subjects side by side', () => {
  test('come out as in turn, in the same order', async () => {
    const names = ['naive-recv', 'line', 'cobs']
    const inTurn = await run(names, 1, 'boundary/t*')
    const sideBySide = await run(names, 2, 'boundary/t*')
    expect(told(sideBySide)).toEqual(told(inTurn))
    expect(sideBySide.partial).toBe(false)
  })

  test('keep what is finished when they are interrupted', async () => {
    const controller = new AbortController()
    let done = 0
    const onCase = () => {
      if (++done === 30) controller.abort()
    }
    const result = await run(['line', 'cobs'], 2, '**', { onCase, signal: controller.signal })
    expect(result.partial).toBe(true)
    const counts = result.runs.map(({ cases }) => cases.length)
    expect(Math.max(...counts)).toBeGreaterThan(0)
    expect(Math.max(...counts)).toBeLessThan(100)
  })

  test('a process of the crew that cannot be started ends the run, and says so', async () => {
    const { target, asked, flags, options } = resolveSubjects(['line'], {})[0]!
    await using crew = new Crew(2, host().signal, '/no/such/bun')
    const cases = ['boundary/one-frame']
    const job = { target, asked, flags, options, cases, seed: SEED, timeScale: 1 }
    const error = await crew.run(job, () => {}).catch((e) => e)
    expect(error).toBeInstanceOf(HarnessError)
    expect(error.message).toContain('could not be started: ENOENT')
    expect(error.message).toContain('With --jobs 1')
  })

  test.skipIf(!isLinux)(
    'a process of the crew that is killed ends the run, and says so',
    async () => {
      let done = 0
      const onCase = () => {
        if (++done === 10) process.kill(crew()[0]!, 'SIGKILL')
      }
      const error = await run(['line', 'cobs'], 2, 'boundary/*', { onCase }).catch((e) => e)
      expect(error).toBeInstanceOf(HarnessError)
      expect(error.message).toContain('Run it again with --jobs 1')
      expect(crew()).toEqual([])
    },
  )
})

/**
 * Ctrl-C keeps what is finished, and nothing outlives framegate, however it ends.
 *
 * All processes of a run inherit a variable that no other process has: who still has it afterwards
 * was left behind.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformResult } from '../conformance/result.ts'
import { nowMs } from '../harness/clock.ts'
import { usage } from '../harness/process-tree.ts'
import { createRandom } from '../harness/random.ts'
import { until } from '../harness/reactor.ts'
import { areAll } from '../harness/testing.ts'
import type { CompareResult } from '../reports/report.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
const WAIT_MS_MAX = 30_000
setDefaultTimeout(4 * WAIT_MS_MAX)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BUN = [process.execPath, 'cli/main.ts']
const NODE = ['node', 'cli/bin/framegate.mjs']

/** Only Linux shows the environment of other processes. */
const canSee = process.platform === 'linux'
const why = canSee ? '' : ' (skipped: needs /proc)'
const seen = describe.skipIf(!canSee)

const soon = (holds: () => boolean): Promise<boolean> => until(holds, nowMs() + WAIT_MS_MAX)

/** A file of a process; empty when it has gone. */
function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // It ended between the listing and the reading.
    return ''
  }
}

class Run implements Disposable {
  readonly #tag = `FRAMEGATE_TEST_TAG=${crypto.randomUUID()}`
  readonly child: ChildProcess
  out = ''
  err = ''
  ended = false

  constructor(argv: readonly string[]) {
    const [name, value] = this.#tag.split('=') as [string, string]
    const env = { ...process.env, [name]: value }
    // A group of its own, so that a test can do what Ctrl-C in a terminal does.
    this.child = spawn(argv[0]!, argv.slice(1), {
      cwd: ROOT,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.on('data', (text) => {
      this.out += text
    })
    this.child.stderr!.on('data', (text) => {
      this.err += text
    })
    this.child.on('close', () => {
      this.ended = true
    })
  }

  /** Every process of this run, whatever its parent is by now. */
  get processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && fileOf(pid, 'environ').includes(this.#tag))
  }

  /** The server under test, from the shell on in which it waits to be started. */
  get subject(): number[] {
    return this.processes.filter((pid) => fileOf(pid, 'cmdline').includes('impl/serve.ts'))
  }

  async close(): Promise<number | null> {
    expect(await soon(() => this.ended)).toBe(true)
    return this.child.exitCode
  }

  /** Whoever is left after a while, as a list that a failing test shows. */
  async left(): Promise<string[]> {
    await soon(() => this.processes.length === 0)
    return this.processes.map((pid) => fileOf(pid, 'cmdline').replaceAll('\0', ' '))
  }

  [Symbol.dispose](): void {
    for (const pid of canSee ? this.processes : [this.child.pid!]) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile, as it should have.
      }
    }
  }
}

/** The whole suite: it runs for much longer than it takes to interrupt it. */
const WHOLE = ['conform', 'length-prefixed']

let files = 0
const newPath = (): string => join(folder, String(++files))

describe.concurrent('a signal keeps what is finished', () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const starts = [
    ['bun', BUN],
    ['the launcher on node', NODE],
  ] as const
  const both = signals.flatMap((signal) =>
    starts.map(([who, argv]) => [signal, who, argv] as const),
  )

  test.each(both)('%s to %s during conform', async (...[signal, , argv]) => {
    const path = newPath()
    using run = new Run([...argv, ...WHOLE, '--json', path, '--junit', `${path}.xml`])
    // Its second line of progress says that cases have ended.
    expect(await soon(() => /\d+\/\d+, about/.test(run.err))).toBe(true)
    run.child.kill(signal)
    expect(await run.close()).toBe(EXIT.interrupted)
    const result = JSON.parse(readFileSync(path, 'utf8')) as ConformResult
    expect(result).toMatchObject({ schema: 'framegate.conform/1', partial: true })
    const { cases, summary } = result.runs[0]!
    expect(cases.length).toBeGreaterThan(0)
    expect(cases.length).toBeLessThan(100)
    expect(summary).toMatchObject({ failed: 0, inconclusive: 0 })
    expect(run.out).toContain('Interrupted: these results are not all.')
    expect(readFileSync(`${path}.xml`, 'utf8')).toContain('interrupted')
    if (canSee) expect(await run.left()).toEqual([])
  })

  test('Ctrl-C, which reaches launcher and Bun alike', async () => {
    const path = newPath()
    using run = new Run([...NODE, ...WHOLE, '--jobs', '2', '--json', path])
    expect(await soon(() => /\d+\/\d+, about/.test(run.err))).toBe(true)
    process.kill(-run.child.pid!, 'SIGINT')
    expect(await run.close()).toBe(EXIT.interrupted)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ partial: true })
    if (canSee) expect(await run.left()).toEqual([])
  })

  test('during the measurements of compare: a partial report', async () => {
    const out = newPath()
    const long = ['--quick', '--launches', '500', '--out', out]
    using run = new Run([...BUN, 'compare', 'length-prefixed', ...long])
    expect(await soon(() => /bench: \d+\/\d+/.test(run.err))).toBe(true)
    run.child.kill('SIGINT')
    expect(await run.close()).toBe(EXIT.interrupted)
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as CompareResult
    expect(report).toMatchObject({ partial: true, bench: { partial: true } })
    expect(readFileSync(join(out, 'report.md'), 'utf8').toLowerCase()).toContain('interrupted')
    if (canSee) expect(await run.left()).toEqual([])
  })
})

seen(`SIGKILL leaves nothing behind${why}`, () => {
  const random = createRandom(20_260_101)

  /** Moments that a sleep would only hit by luck: so much has the subject done by then. */
  const moments = Array.from({ length: 8 }, (_, index) => ({
    switches: index === 0 ? 0 : random.between(1, 2_000),
    jobs: String(random.between(1, 3)),
  }))
  const switchesOf = (run: Run): number => usage(run.subject)?.contextSwitches ?? 0

  for (const [who, argv] of [
    ['Bun', BUN],
    ['the launcher on Node', NODE],
  ] as const) {
    test.each(moments)(
      `of ${who}, when the subject was switched $switches times, $jobs of them`,
      async ({ switches, jobs }) => {
        using run = new Run([...argv, ...WHOLE, '--jobs', jobs])
        const isMoment = () => run.subject.length > 0 && switchesOf(run) >= switches
        expect(await soon(isMoment)).toBe(true)
        run.child.kill('SIGKILL')
        expect(await run.left()).toEqual([])
      },
    )

    test(`of ${who}, before there is a subject`, async () => {
      using run = new Run([...argv, ...WHOLE])
      expect(await soon(() => run.processes.length > 0)).toBe(true)
      run.child.kill('SIGKILL')
      expect(await run.left()).toEqual([])
    })

    test(`of ${who}, while the subject is stopped`, async () => {
      using run = new Run([...argv, ...WHOLE])
      // Only a subject that has worked is past its start, which is not interrupted.
      expect(await soon(() => run.subject.length > 0 && switchesOf(run) > 500)).toBe(true)
      const stopped = run.subject
      // The harness stops and continues it as well: stop it until it is seen to stand still.
      const isStill = () => {
        for (const pid of stopped) process.kill(pid, 'SIGSTOP')
        return areAll(stopped, 'T')
      }
      expect(await soon(isStill)).toBe(true)
      run.child.kill('SIGKILL')
      expect(await run.left()).toEqual([])
    })
  }

  test('of Bun, with several subjects side by side', async () => {
    using run = new Run([...BUN, 'conform', 'line', 'cobs', 'slip'])
    expect(await soon(() => run.subject.length >= 3)).toBe(true)
    run.child.kill('SIGKILL')
    expect(await run.left()).toEqual([])
  })

  test('of Bun, with a subject that has children of its own and ignores SIGTERM', async () => {
    const exec = `trap '' TERM; sleep 1000 & sleep 1001 & ${process.execPath} impl/serve.ts`
    const args = `'{"name":"length-prefixed","listen":"tcp://127.0.0.1:{port}"}'`
    const flags = ['--exec', `${exec} ${args}`, '--framing', 'i32le']
    using run = new Run([...BUN, 'conform', ...flags])
    const commands = () => run.processes.map((pid) => fileOf(pid, 'cmdline'))
    const isForked = () => commands().some((command) => command.startsWith('sleep\x001001'))
    expect(await soon(() => isForked() && switchesOf(run) > 100)).toBe(true)
    run.child.kill('SIGKILL')
    expect(await run.left()).toEqual([])
  })
})

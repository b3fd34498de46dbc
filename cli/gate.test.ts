/** The gate tests itself: each of these has to come out non-zero, with a message of its own. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baselineOf } from '../bench/gate/baseline.ts'
import { nowMs } from '../harness/clock.ts'
import { detectEnvironment } from '../harness/environment.ts'
import { until } from '../harness/reactor.ts'
import { EXIT } from './exit-codes.ts'
import { framegate, startFramegate } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
const WAIT_MS_MAX = 30_000
// Every test starts processes, many of them side by side.
setDefaultTimeout(4 * WAIT_MS_MAX)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ECHO = `node ${join(ROOT, 'examples/servers/echo.mjs')} {port}`
const SUBJECT = ['--framing', 'u32be', '--max-frame', '1MiB', '--scenario', 'ping-pong']

const gate = (...args: string[]) => framegate('gate', ...args)

const both = (base: string, head: string): string[] => [
  '--base-exec',
  base,
  '--head-exec',
  head,
  ...SUBJECT,
]

describe.concurrent('what cannot be decided', () => {
  test('a base that does not start: 4, and which side it was', async () => {
    const { code, err } = await gate(...both('echo no base here; exit 7', ECHO), '--budget', '60s')
    expect(code).toBe(EXIT.nothingRan)
    expect(err).toContain('base: "echo no base here; exit 7" exited with status 7')
  })

  test('a head that crashes as it starts: 4, and what it said', async () => {
    const { code, err } = await gate(...both(ECHO, 'echo no memory left >&2; exit 3'))
    expect(code).toBe(EXIT.nothingRan)
    expect(err).toContain('head: ')
    expect(err).toContain('no memory left')
  })

  test('a head that fails conformance: 1 before anything is timed', async () => {
    const json = join(folder, 'conformance.json')
    const junit = join(folder, 'conformance.xml')
    // One read for one message: the first lesson's mistake.
    const naive = `require('node:net').createServer((s) => s.on('data', (d) => s.write(d.subarray(0, 4 + d.readUInt32BE()))).on('error', () => 0)).listen(process.argv[2])`
    const path = join(folder, 'naive.cjs')
    writeFileSync(path, naive)
    const args = both(ECHO, `node ${path} {port}`)
    const { code, out } = await gate(...args, '--json', json, '--junit', junit)
    expect(code).toBe(EXIT.failed)
    expect(out).toContain('head fails what base passes: ')
    expect(out).toContain('Nothing was timed.')
    const result = await Bun.file(json).json()
    expect(result).toMatchObject({ schema: 'framegate.gate/1', verdict: 'regressed', cells: [] })
    const ids = result.newFailures.map(({ id }: { id: string }) => id)
    expect(ids).toContain('boundary/two-frames-one-write')
    expect(await Bun.file(junit).text()).toContain('boundary/two-frames-one-write')
  })

  test('a budget that is too small for a verdict: 3, unless it is told otherwise', async () => {
    const args = [...both(ECHO, ECHO), '--budget', '1s']
    const { code, out } = await gate(...args)
    expect(code).toBe(EXIT.inconclusive)
    expect(out).toContain('give a larger --budget')
    // What measured nothing is let through by no option.
    expect((await gate(...args, '--on-inconclusive', 'pass')).code).toBe(EXIT.inconclusive)
  })
})

describe.concurrent('wrong usage is 2, and says what to do', () => {
  const head = ['--head-exec', ECHO, ...SUBJECT]
  test.each([
    ['zero budget', [...head, '--base-exec', ECHO, '--budget', '0s'], 'leaves no time'],
    ['no base', head, '--base-ref REF or --baseline FILE'],
    ['no head', ['--base-exec', ECHO, ...SUBJECT], 'Say how head is started'],
    ['two bases', [...head, '--base', '.', '--base-ref', 'HEAD'], 'one of them'],
    [
      'a folder that is none',
      [...head, '--base', './nowhere'],
      './nowhere is no subject and no folder',
    ],
    ['a commit that is none', [...head, '--base-ref', 'no-such'], 'no-such is no commit'],
    ['an unknown scenario', [...head, '--base-exec', ECHO, '--scenario', 'x'], 'no scenario "x"'],
    ['one it cannot take', [...head, '--base-exec', ECHO, '--scenario', 'sink'], 'cannot take'],
    ['no share', [...head, '--base-exec', ECHO, '--floor', '3 apples'], 'is no share'],
    ['no word', [...head, '--base-exec', ECHO, '--on-inconclusive', 'x'], 'is pass or fail'],
  ])('%s', async (_, args, message) => {
    const { code, err } = await gate(...args)
    expect({ code, err }).toEqual({ code: EXIT.usage, err: expect.stringContaining(message) })
    expect(err).not.toContain('    at ')
  })
})

describe.concurrent('baselines that are of no use', () => {
  const empty = { cells: [], failures: [], plan: null, missing: [], warnings: [] }
  const fresh = baselineOf(empty, detectEnvironment(1), [])
  const cell = { scenario: 'ping-pong', parameters: {}, metric: 'x', logRatios: [0.1, 0.2] }
  const good = { ...fresh, cells: [cell] }
  test.each([
    ['truncated', JSON.stringify(good).slice(0, -9), 'Was it cut off?'],
    ['empty', '', 'is no JSON'],
    ['without a cell', JSON.stringify(fresh), 'it holds no cell'],
    [
      'with something that is no number',
      JSON.stringify({ ...good, cells: [{ ...cell, logRatios: [1, Number.NaN] }] }),
      'at cells.0.logRatios.1',
    ],
    ['of another schema', JSON.stringify({ ...good, schema: 'x/1' }), 'at schema'],
    [
      'of another machine',
      JSON.stringify({ ...good, machine: { ...good.machine, cores: 99 } }),
      'another class of machine: cores was 99 and is',
    ],
  ])('%s', async (name, text, message) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.json`)
    writeFileSync(path, text)
    const { code, err } = await gate('--baseline', path, '--head-exec', ECHO, ...SUBJECT)
    expect({ code, err }).toEqual({ code: EXIT.usage, err: expect.stringContaining(message) })
  })

  test('a full disk: 2, and which file', async () => {
    // Everything that is written there fails with ENOSPC.
    const args = [...both(ECHO, ECHO), '--budget', '1s', '--json', '/dev/full']
    if (!existsSync('/dev/full')) return
    const { code, out, err } = await gate(...args)
    expect({ code, err }).toEqual({
      code: EXIT.usage,
      err: expect.stringMatching(/\/dev\/full could not be written: .*ENOSPC/),
    })
    // The verdict has been said all the same.
    expect(out).toContain('inconclusive: ')
  })
})

describe('another commit as base', () => {
  const repository = join(folder, 'repository')
  const temporary = join(folder, 'tmp')
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
      encoding: 'utf8',
    })
  mkdirSync(repository)
  mkdirSync(temporary)
  git('init', '-q')
  git('commit', '-q', '--allow-empty', '-m', 'one')

  const left = () => ({
    folders: readdirSync(temporary).filter((name) => name.startsWith('framegate-base-')),
    worktrees: git('worktree', 'list').trim().split('\n').length,
  })
  const args = ['gate', '--base-ref', 'HEAD', '--exec', ECHO, ...SUBJECT]
  const run = (setup: string) =>
    startFramegate([...args, '--setup', setup], { cwd: repository, env: { TMPDIR: temporary } })

  test('a setup that fails: 4, with what it said, and nothing is left', async () => {
    const child = run('echo out of eggs; exit 9')
    const err = await child.stderr.text()
    expect(await child.exited).toBe(EXIT.nothingRan)
    expect(err).toContain('--setup "echo out of eggs; exit 9" exited with status 9')
    expect(left()).toEqual({ folders: [], worktrees: 1 })
  })

  test('Ctrl-C during the setup: 130, and nothing is left', async () => {
    const started = join(folder, 'started')
    const child = run(`touch '${started}'; exec sleep 1000`)
    expect(await until(() => existsSync(started), nowMs() + WAIT_MS_MAX)).toBe(true)
    expect(left().worktrees).toBe(2)
    child.kill('SIGINT')
    expect(await child.exited).toBe(EXIT.interrupted)
    expect(left()).toEqual({ folders: [], worktrees: 1 })
  })

  test('other worktrees whose folder is away are not forgotten', async () => {
    const unplugged = join(folder, 'unplugged')
    git('worktree', 'add', '-q', '--detach', unplugged)
    renameSync(unplugged, `${unplugged}-away`)
    const child = run('exit 9')
    expect(await child.exited).toBe(EXIT.nothingRan)
    expect(left()).toEqual({ folders: [], worktrees: 2 })
    git('worktree', 'remove', '--force', unplugged)
  })

  test('killed outright: its folder goes too, and the next run makes git forget it', async () => {
    const started = join(folder, 'started-again')
    const child = run(`touch '${started}'; exec sleep 1000`)
    expect(await until(() => existsSync(started), nowMs() + WAIT_MS_MAX)).toBe(true)
    child.kill('SIGKILL')
    expect(await until(() => left().folders.length === 0, nowMs() + WAIT_MS_MAX)).toBe(true)
    expect(left().worktrees).toBe(2)
    expect(await run('exit 9').exited).toBe(EXIT.nothingRan)
    expect(left().worktrees).toBe(1)
  })
})

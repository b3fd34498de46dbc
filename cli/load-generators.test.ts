/** Two generators, a server and a clock, each a process as on a machine of its own. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchResult } from '../bench/result.ts'
import { machineTimeScale } from '../harness/time-scale.ts'
import { EXIT } from './exit-codes.ts'
import type { LoadShard } from './load-shard.ts'

const ROOT = join(import.meta.dir, '..')
// A busy machine takes its time to connect, and is given it before the start.
setDefaultTimeout(300_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
const file = (name: string): string => join(folder, name)
const json = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T

function start(...args: string[]) {
  const argv = [process.execPath, join(ROOT, 'cli/main.ts'), ...args]
  const env = { ...process.env, NO_COLOR: '1' }
  return Bun.spawn(argv, { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' })
}

async function framegate(...args: string[]) {
  const child = start(...args)
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

const services: ReturnType<typeof start>[] = []

/** Its address, once it listens. */
async function service(...args: string[]): Promise<string> {
  const child = start(...args)
  services.push(child)
  const { value } = await child.stdout.getReader().read()
  return /^ready \w+:\/\/(\S+)/.exec(new TextDecoder().decode(value))![1]!
}

let server = ''
let clock = ''
let startAt = ''

/** One generator of two, at 1,000 messages a second together. */
const generator = (index: number, at: string, ...more: string[]) => {
  const load = ['--framing', 'u32be', '--scenario', 'open-loop', '--rate', '1000']
  const together = ['--shard', `${index}/2`, '--start-at', at, '--clock', clock]
  const to = ['--json', file(`load-${index}.json`)]
  const all = [...load, '--duration', '2s', ...together, ...to, ...more]
  return framegate('bench', '--connect', server, ...all)
}

beforeAll(async () => {
  server = await service('serve', 'length-prefixed', '--framing', 'u32be')
  clock = await service('clock')
  startAt = new Date(Date.now() + 8_000 + 6_000 * machineTimeScale()).toISOString()
  const ended = await Promise.all([generator(1, startAt), generator(2, startAt)])
  for (const one of ended) expect(one).toEqual({ code: EXIT.ok, out: one.out, err: one.err })
})

afterAll(async () => {
  for (const one of services) one.kill()
  for (const one of services) await one.exited
  rmSync(folder, { recursive: true, force: true })
})

test('each says when it began, by which clock, and is half of the rate', () => {
  const parts = [1, 2].map((index) => json<LoadShard>(`load-${index}.json`))
  for (const { shard, result, clock: read } of parts) {
    expect(shard.plan.startAt).toBe(startAt)
    const [cell] = result.cells
    expect(cell!.parameters.ratePerSecond).toBe(500)
    // One machine: whatever was read, both clocks are the same.
    expect(Math.abs(read.before.offsetMs)).toBeLessThanOrEqual(read.before.errorMs + 0.001)
    const late = cell!.launches[0]!.startedAtMs! + read.before.offsetMs - Date.parse(startAt)
    expect(late).toBeGreaterThan(-0.01)
  }
})

test('merged: the whole rate, every message in one histogram', async () => {
  const args = ['--json', file('whole.json'), '--md', file('whole.md'), '--out', file('whole')]
  const merged = await framegate('merge', file('load-2.json'), file('load-1.json'), ...args)
  expect(merged).toEqual({ code: EXIT.ok, out: merged.out, err: '' })
  expect(merged.out).toMatch(/generator 1\/2: .* after the start, clock .* ms ±/)
  const [cell] = json<BenchResult>('whole.json').cells
  expect(cell!.parameters.ratePerSecond).toBe(1_000)
  const sent = [1, 2].map((index) => json<LoadShard>(`load-${index}.json`).result.cells[0]!)
  expect(cell!.messages).toBe(sent[0]!.messages! + sent[1]!.messages!)
  expect(existsSync(file('whole/report.md'))).toBe(true)
  // It is a bench like any other.
  expect((await framegate('report', file('whole.json'))).code).toBe(EXIT.ok)
})

test('one is not there, or belongs to another kind of run: exit 5, and nothing is written', async () => {
  const lonely = await framegate('merge', file('load-1.json'), '--json', file('none.json'))
  const reason = 'framegate: Shard 2/2 is missing.\n'
  expect(lonely).toEqual({ code: EXIT.shards, out: '', err: reason })
  const part = json<LoadShard>('load-2.json')
  part.shard.plan.commit = 'abc'
  writeFileSync(file('commit.json'), JSON.stringify(part))
  const parts = [file('load-1.json'), file('commit.json')]
  const mixed = await framegate('merge', ...parts, '--json', file('none.json'))
  expect([mixed.code, mixed.err]).toEqual([EXIT.shards, expect.stringContaining('commits')])
  expect(existsSync(file('none.json'))).toBe(false)
  const report = await framegate('report', file('load-1.json'))
  expect(report.err).toContain('is one shard of a load: join them with framegate merge.')
})

test('too late: exit 4, the part of before stays, and the server hears nothing', async () => {
  const before = readFileSync(file('load-1.json'), 'utf8')
  const late = await generator(1, startAt)
  expect([late.code, late.out]).toEqual([EXIT.nothingRan, ''])
  expect(late.err).toMatch(/Too late for the agreed start, by .* Nothing was sent/)
  expect(late.err).not.toContain('conformance')
  expect(readFileSync(file('load-1.json'), 'utf8')).toBe(before)
})

test.each<[string, string[], RegExp]>([
  ['a start in the past tense', ['--start-at', 'tomorrow'], /"tomorrow" is no time/],
  ['a start without a zone', ['--start-at', '2026-05-01T12:00:00'], /with a zone/],
  ['a clock without a port', ['--clock', 'localhost'], /"localhost" is no clock/],
  ['two loads', ['--size', '16,64'], /one load at one time, and 2 were asked for/],
  ['no rate of its own', ['--scenario', 'max-rate-under-latency'], /takes no --rate|2 were asked/],
  ['several launches', ['--launches', '3'], /leave --peer, --sweep and --launches out/],
  ['a report of its own', ['--md', 'x.md'], /--md is for the whole/],
])('%s: exit 2', async (_, more, reason) => {
  const ended = await generator(1, startAt, ...more)
  expect({ code: ended.code, err: ended.err }).toEqual({ code: EXIT.usage, err: ended.err })
  expect(ended.err).toMatch(reason)
})

test('what it cannot go without is said', async () => {
  const shard = ['--scenario', 'ping-pong', '--shard', '1/2']
  const alone = await framegate('bench', '--connect', server, '--framing', 'u32be', ...shard)
  expect(alone.err).toContain('goes with --start-at, --clock and --json FILE.')
  const all = [...shard, '--start-at', startAt, '--clock', clock, '--json', file('none.json')]
  const ours = await framegate('bench', 'line', ...all)
  expect(ours.err).toContain('--connect it.')
  const plain = await framegate('bench', 'line', '--start-at', startAt)
  expect(plain.err).toContain('go with --shard i/n')
  expect([alone.code, ours.code, plain.code]).toEqual([EXIT.usage, EXIT.usage, EXIT.usage])
})

test('nobody tells the time: exit 4 with what to do', async () => {
  const there = clock
  const closed = start('clock')
  const { value } = await closed.stdout.getReader().read()
  closed.kill()
  expect(await closed.exited).toBe(EXIT.ok)
  clock = /udp:\/\/(\S+)/.exec(new TextDecoder().decode(value))![1]!
  const ended = await generator(1, startAt)
  clock = there
  expect([ended.code, ended.out]).toEqual([EXIT.nothingRan, ''])
  expect(ended.err).toMatch(/tells no time: .*framegate clock/)
})

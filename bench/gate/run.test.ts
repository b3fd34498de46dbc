/** The runner with real processes: few and short blocks, effects that nobody can miss. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findScenario } from '../registry.ts'
import { workloadOf } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'
import { assemble } from './assemble.ts'
import { type GateOptions, runGate } from './run.ts'

setDefaultTimeout(120_000)

const ECHO = `'${process.execPath}' '${new URL('./calibration/echo.ts', import.meta.url).pathname}'`

const subject = (name: string, command: string): BenchSubject => ({
  name,
  framing: 'u32be',
  messageBytesMax: 1024 * 1024,
  target: {
    kind: 'started',
    spec: { kind: 'exec', command, readyPattern: null, transport: 'tcp' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function scripted(name: string, source: string): BenchSubject {
  const path = join(folder, `${name}.cjs`)
  writeFileSync(path, source)
  return subject(name, `'${process.execPath}' '${path}' {port}`)
}

const workloads = [workloadOf(findScenario('ping-pong')!, 'full')]

/** Five blocks, which an error of 30 % is content with. */
const few: Omit<GateOptions, 'base' | 'head'> = {
  workloads,
  isStaged: true,
  plan: { routeBlocks: 0, earlyBlocks: [], looks: [5], warmUpMs: 40, closedMs: 40, openMs: 40 },
  // A loaded machine only takes longer.
  budgetMs: 600_000,
  alpha: 0.3,
  floor: 0.03,
  seed: 1,
  signal: new AbortController().signal,
  onProgress: () => undefined,
}

const base = subject('base', `${ECHO} {port} 0`)

const verdictOf = (run: Awaited<ReturnType<typeof runGate>>) =>
  assemble(
    { newFailures: [], run, workloads, warnings: [] },
    {
      partial: false,
      environment: {} as never,
      base: 'base',
      head: 'head',
      settings: { alpha: 0.3, floor: 0.03, budgetSeconds: 600, seed: 1 },
      wallSeconds: 1,
    },
  )

test('a head that works twenty times as much is regressed', async () => {
  const totals: number[] = []
  const run = await runGate({
    ...few,
    base,
    // A message costs some 20 µs; a step of work is a nanosecond.
    head: subject('head', `${ECHO} {port} 600000`),
    onProgress: ({ total }) => totals.push(total),
  })
  const { verdict, cells } = verdictOf(run)
  expect(verdict).toBe('regressed')
  // Waiting is what a loaded machine blurs.
  for (const { metric, blocks, ratio, verdict } of cells.slice(0, 2)) {
    expect({ metric, blocks, verdict }).toEqual({ metric, blocks: 5, verdict: 'regressed' })
    expect(ratio).toBeGreaterThan(2)
  }
  expect(totals).toEqual(Array(20).fill(20))
})

test('a head that dies under load is regressed, and says how it died', async () => {
  const head = scripted(
    'head',
    `let messages = 0
    require('node:net').createServer((socket) => socket.on('data', (data) => {
      socket.write(data)
      if (++messages === 50) { console.error('out of ink'); process.exit(6) }
    }).on('error', () => 0)).listen(process.argv[2])`,
  )
  const { verdict, reason, failures } = verdictOf(await runGate({ ...few, base, head }))
  expect(verdict).toBe('regressed')
  expect(failures).toMatchObject([{ side: 'head', scenario: 'ping-pong' }])
  expect(reason).toContain('exited with status 6')
  expect(reason).toContain('out of ink')
})

test('sides that cannot run at a time are told so, and nobody is accused', async () => {
  const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = taken
  taken.stop(true)
  const alone = (name: string) =>
    scripted(
      name,
      `const { createServer } = require('node:net')
      createServer().on('error', () => process.exit(1)).listen(${port}, '127.0.0.1', () =>
        createServer((s) => s.pipe(s)).listen(process.argv[2]))`,
    )
  const gate = runGate({ ...few, base: alone('base'), head: alone('head') })
  await expect(gate).rejects.toThrow('head starts alone, but not beside the other side')
})

test('a base that is wrong under load accuses nobody', async () => {
  const crash = scripted(
    'base',
    `require('node:net').createServer((s) => s.on('data', () => process.exit(1)))
      .listen(process.argv[2])`,
  )
  const { verdict, failures } = verdictOf(await runGate({ ...few, base: crash, head: base }))
  expect(verdict).toBe('inconclusive')
  expect(failures[0]!.side).toBe('base')
})

test('an interruption keeps what is there, and ends with nothing decided', async () => {
  const abort = new AbortController()
  const run = await runGate({
    ...few,
    base,
    head: base,
    signal: abort.signal,
    onProgress: () => abort.abort(),
  })
  expect(verdictOf(run).verdict).toBe('inconclusive')
})

import { describe, expect, test } from 'bun:test'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from '../harness/scratch.ts'
import type { Extents } from './extents.ts'
import { measure } from './measure.ts'
import { findScenario, SCENARIOS } from './registry.ts'
import { type BenchOptions, type BenchProgress, runBench } from './run.ts'
import { type Scenario, type Workload, workloadOf } from './scenario.ts'
import { decodeHistogram } from './stats/latency.ts'
import type { BenchSubject } from './subject.ts'

/** A count, so that a slow machine only takes longer. */
const SMOKE_EXTENTS: Extents = { warmUp: { messages: 20 }, measured: { messages: 100 } }

const MIB = 1024 * 1024

const implementation = (
  name: string,
  framing: string,
  transport: 'tcp' | 'udp' = 'tcp',
): BenchSubject => ({
  name,
  framing,
  messageBytesMax: 16 * MIB,
  target: {
    kind: 'started',
    spec: { kind: 'implementation', serve: { name, framing }, transport },
  },
})

const UDP_ECHO = implementation('udp-echo', 'datagram', 'udp')

const FILES: BenchSubject = {
  name: 'file-server',
  framing: 'json-header',
  messageBytesMax: 16 * MIB,
  keepsFiles: true,
  target: {
    kind: 'started',
    spec: {
      kind: 'implementation',
      serve: { name: 'file-server', service: 'files' },
      transport: 'tcp',
    },
  },
}

/** Would be noticed at once if it were launched. */
const never = (framing: string, messageBytesMax = 16 * MIB): BenchSubject => ({
  name: 'never',
  framing,
  messageBytesMax,
  target: {
    kind: 'started',
    spec: { kind: 'exec', command: 'exit 9', readyPattern: null, transport: 'tcp' },
  },
})

const smoke = (id: string, asked = {}): Workload => workloadOf(findScenario(id)!, 'smoke', asked)

const run = (options: Partial<BenchOptions>) =>
  runBench({
    subjects: [implementation('length-prefixed', 'u32be')],
    workloads: [smoke('ping-pong')],
    launches: 1,
    extents: SMOKE_EXTENTS,
    struck: () => null,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    seed: 3,
    ...options,
  })

function subjectsFor({ service }: Scenario): BenchSubject[] {
  if (service === 'files') return [FILES, { ...FILES, name: 'twin' }]
  if (service === 'datagrams') return [UDP_ECHO, { ...UDP_ECHO, name: 'twin' }]
  return [implementation('length-prefixed', 'i32le'), implementation('json-header', 'json-header')]
}

describe('every scenario at its smoke size', () => {
  for (const scenario of SCENARIOS) {
    test(scenario.id, async () => {
      const subjects = subjectsFor(scenario)
      // A search is many loads: one subject will do.
      if (scenario.drive) subjects.pop()
      const each = Math.min(100, scenario.smokeMessagesMax ?? 100)
      const cells = await run({ subjects, workloads: [workloadOf(scenario, 'smoke')], launches: 2 })
      expect(cells.map(({ subject }) => subject)).toEqual(subjects.map(({ name }) => name))
      for (const cell of cells) {
        expect(cell).toMatchObject({ scenario: scenario.id, conformant: true, struck: null })
        expect(cell.launches.map(({ messages }) => messages)).toEqual([each, each])
        expect(cell.messages).toBe(2 * each)
        expect(cell.throughputSpread!.low).toBeLessThanOrEqual(cell.throughputPerSecond!)
        expect(cell.throughputSpread!.high).toBeGreaterThanOrEqual(cell.throughputPerSecond!)
        expect(cell.overheadBytesPerMessage).toBeGreaterThanOrEqual(0)
        if (process.platform === 'linux') expect(cell.cpuNsPerMessage).toBeGreaterThan(0)
        if (scenario.service === 'sink') continue
        for (const encoded of [cell.histogram!, cell.serviceHistogram!]) {
          expect(decodeHistogram(encoded).totalCount).toBe(2 * each)
        }
        expect(cell.latencyNs!.p50).toBeGreaterThan(0)
        expect(cell.latencyNs!.p50).toBeGreaterThanOrEqual(cell.serviceNs!.p50)
      }
    })
  }
})

test('ids are words, and each scenario says what it needs', () => {
  const ids = SCENARIOS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { id, requires, service } of SCENARIOS) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/)
    // Who answers nothing passes no case.
    if (service !== 'sink') expect(requires.length).toBeGreaterThan(0)
  }
})

describe('a cell without a number', () => {
  test('a subject that is wrong under load is struck, and launched no more', async () => {
    const launches: number[] = []
    const [cell] = await run({
      subjects: [implementation('naive-recv', 'raw')],
      workloads: [smoke('pipelined')],
      launches: 3,
      onProgress: ({ launch }) => launches.push(launch),
    })
    expect(cell).toMatchObject({ conformant: false, messages: null, histogram: null, launches: [] })
    expect(['merged', 'split']).toContain(cell!.struck!.symptom)
    expect(launches).toEqual([1])
  })

  test('one that conformance has struck is not launched', async () => {
    const struck = { symptom: 'merged', detail: 'boundary/two-frames-one-write', expected: true }
    const cells = await run({ subjects: [never('u32be')], struck: () => struck })
    expect(cells).toMatchObject([{ conformant: false, struck, generator: null }])
  })

  test('one whose framing cannot carry the messages is not launched', async () => {
    const workloads = [smoke('ping-pong', { messageBytes: 1024 }), smoke('bulk')]
    const cells = await run({ subjects: [never('u8')], workloads })
    expect(cells.map(({ struck }) => struck?.symptom)).toEqual(['unsupported', 'unsupported'])
    expect(cells[0]!.struck!.detail).toContain('255')
  })

  test('one that keeps files is no echo, and the other way round', async () => {
    const filed = await run({ subjects: [{ ...never('json-header'), keepsFiles: true }] })
    expect(filed[0]!.struck).toMatchObject({ symptom: 'unsupported', expected: true })
    const echoed = await run({ subjects: [never('u8')], workloads: [smoke('file-transfer')] })
    expect(echoed[0]!.struck!.detail).toBe('it keeps no files')
  })

  test.each([
    ['an echo', 'lost-bytes', 'socket.write(chunk)'],
    ['one that is silent', 'closed-early', 'socket.end()'],
  ])('%s is no file server', async (_, symptom, answer) => {
    const command = `'${process.execPath}' -e '
      Bun.listen({ hostname: "127.0.0.1", port: Number(process.env.PORT), socket: {
        data(socket, chunk) { ${answer} },
      } })'`
    const spec = { kind: 'exec', command, readyPattern: null, transport: 'tcp' } as const
    const subject = { ...FILES, target: { kind: 'started', spec } } as const
    const [cell] = await run({ subjects: [subject], workloads: [smoke('file-transfer')] })
    expect(cell!.struck).toMatchObject({ symptom, expected: false })
  })

  test('a file that is another one in the middle of a cell is seen', async () => {
    const [root, other] = [newFolder(), join(newFolder(), 'other')]
    writeFileSync(other, Buffer.alloc(64 * 1024, 'x'))
    const serve = { name: 'file-server', service: 'files', files: { root } }
    const spec = { kind: 'implementation', serve, transport: 'tcp' } as const
    const outcome = await measure({
      subject: { ...FILES, target: { kind: 'started', spec } },
      workload: smoke('file-transfer', {
        transfer: 'get',
        connections: 1,
        messageBytes: 64 * 1024,
      }),
      extents: { warmUp: { messages: 2 }, measured: { durationMs: 20_000 } },
      seed: 1,
      onMeasuring: () => renameSync(other, join(root, 'load-0')),
    })
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'corrupted' })
  })

  test('one that dies under load says how', async () => {
    const abort = new AbortController()
    const outcome = await measure({
      subject: {
        ...never('raw'),
        // Answers the first read, then ends: as the lessons' server for one message does.
        target: {
          kind: 'started',
          spec: { kind: 'exec', command: ONE_SHOT, readyPattern: null, transport: 'tcp' },
        },
      },
      workload: smoke('ping-pong'),
      extents: SMOKE_EXTENTS,
      seed: 1,
      signal: abort.signal,
    })
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'closed-early' })
  })
})

const ONE_SHOT = `'${process.execPath}' -e '
  Bun.listen({ hostname: "127.0.0.1", port: Number(process.env.PORT), socket: {
    data(socket, chunk) { socket.write(chunk); socket.end(); process.exit(7) },
  } })'`

describe('message sizes', () => {
  const parametersOf = async (subject: BenchSubject, workload: Workload) =>
    (await run({ subjects: [subject], workloads: [workload] }))[0]!

  test('a default that a subject cannot take is scaled down, and the result says so', async () => {
    const subject = { ...implementation('length-prefixed', 'u16be'), messageBytesMax: 16 * MIB }
    const cell = await parametersOf(subject, smoke('bulk'))
    expect(cell).toMatchObject({ struck: null, parameters: { messageBytes: 65_535 } })
  })

  test('a size that was asked for is not', async () => {
    const asked = smoke('bulk', { messageBytes: 100_000 })
    const cell = await parametersOf(never('u16be'), asked)
    expect(cell).toMatchObject({
      struck: { symptom: 'unsupported' },
      parameters: { messageBytes: 100_000 },
    })
  })
})

describe('the order of launches', () => {
  test('goes round: every cell once, then again, with another subject first', async () => {
    const seen: BenchProgress[] = []
    const twin = { ...implementation('length-prefixed', 'u32be'), name: 'twin' }
    await run({
      subjects: [implementation('length-prefixed', 'u32be'), twin],
      workloads: [smoke('ping-pong'), smoke('pipelined')],
      launches: 2,
      onProgress: (progress) => seen.push(progress),
    })
    expect(seen.map(({ subject, scenario, launch }) => `${launch} ${scenario} ${subject}`)).toEqual(
      [
        '1 ping-pong length-prefixed',
        '1 ping-pong twin',
        '1 pipelined length-prefixed',
        '1 pipelined twin',
        '2 ping-pong twin',
        '2 ping-pong length-prefixed',
        '2 pipelined twin',
        '2 pipelined length-prefixed',
      ],
    )
    expect(seen.map(({ done, total }) => [done, total])).toEqual(
      Array.from({ length: 8 }, (_, index) => [index, 8]),
    )
  })

  test('an interruption keeps what was measured, and says how much it is', async () => {
    const abort = new AbortController()
    const cells = await run({
      workloads: [smoke('ping-pong'), smoke('pipelined')],
      launches: 3,
      signal: abort.signal,
      onProgress: ({ launch, scenario }) => {
        if (launch === 2 && scenario === 'pipelined') abort.abort()
      },
    })
    expect(cells.map(({ launches }) => launches.length)).toEqual([2, 1])
    expect(cells[0]!.warnings).toContain('interrupted: 2 of 3 launches')
  })

  test('an interruption before the first launch keeps nothing', async () => {
    expect(await run({ signal: AbortSignal.abort() })).toEqual([])
  })
})

test('a subject that does not start is an error of the run', async () => {
  const started = run({ subjects: [never('u32be')] })
  await expect(started).rejects.toMatchObject({ code: 'subject-not-started' })
})

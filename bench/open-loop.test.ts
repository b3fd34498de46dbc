import { describe, expect, test } from 'bun:test'
import { generate } from '../harness/generator.ts'
import { launch } from '../harness/launch.ts'
import type { LoadFigures, LoadPlan } from '../harness/load.ts'
import { findScenario } from './registry.ts'
import { workloadsOf } from './scenario.ts'
import { decodeHistogram, mergeHistograms } from './stats/latency.ts'

const startSubject = (name: string, framing: string, transport: 'tcp' | 'udp' = 'tcp') =>
  launch({ kind: 'implementation', serve: { name, framing }, transport })

const planFor = (address: LoadPlan['address'], changes: Partial<LoadPlan> = {}): LoadPlan => ({
  address,
  framing: 'u32be',
  messageBytesMax: 1024 * 1024,
  messageBytes: 64,
  connections: 2,
  loop: { kind: 'open', ratePerSecond: 500 },
  warmUp: { messages: 50 },
  measured: { messages: 500 },
  stallMs: 20_000,
  deadlineMs: 30_000,
  subjectProcessGroup: null,
  seed: 7,
  ...changes,
})

const measured = async (plan: LoadPlan, onMeasuring: () => void = () => undefined) => {
  const outcome = await generate(plan, { onMeasuring })
  if (outcome.kind === 'failed') throw new Error(outcome.detail)
  return outcome
}

const countOf = (encoded: string): number => decodeHistogram(encoded).totalCount

describe('the open loop', () => {
  test('sends what is due, in its time, and counts every message once', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const figures = await measured(planFor(subject.address))
    expect(figures).toMatchObject({ messages: 500, offeredPerSecond: 500, unsentMessages: 0 })
    expect(countOf(figures.histogram)).toBe(500)
    expect(countOf(figures.serviceHistogram)).toBe(500)
    // The last of 500 is due 499 intervals behind the start.
    expect(figures.durationNs).toBeGreaterThanOrEqual((499 / 500) * 1e9)
    expect(figures.scheduleLagNsP99).not.toBeNull()
  })

  test('a subject that stops makes everything late that is due meanwhile', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const stop = () => {
      subject.signal('SIGSTOP')
      setTimeout(() => subject.thaw(), 400)
    }
    const open = await measured(planFor(subject.address), stop)
    const late = decodeHistogram(open.histogram)
    // 0.4 s of 1 s: a tenth of the messages was due in each tenth of a second.
    expect(late.getValueAtPercentile(99)).toBeGreaterThan(300e6)
    expect(late.getValueAtPercentile(80)).toBeGreaterThan(100e6)
    const closedPlan = planFor(subject.address, {
      loop: { kind: 'closed', depth: 1 },
      measured: { durationMs: 1_000 },
    })
    const closed = await measured(closedPlan, stop)
    // The same pause, told by two messages of thousands.
    expect(decodeHistogram(closed.histogram).getValueAtPercentile(80)).toBeLessThan(100e6)
  })

  test('messages that a slow subject left no time for are told, not hidden', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const plan = planFor(subject.address, {
      loop: { kind: 'open', ratePerSecond: 1e8 },
      measured: { messages: 2e7 },
    })
    const figures = await measured(plan)
    expect(figures.unsentMessages).toBeGreaterThan(0)
    expect(figures.messages + figures.unsentMessages).toBe(2e7)
  })
})

describe('datagrams', () => {
  const plan = (address: LoadPlan['address'], changes: Partial<LoadPlan> = {}) =>
    planFor(address, {
      framing: 'datagram',
      connections: 1,
      loop: { kind: 'datagrams', ratePerSecond: 2_000 },
      ...changes,
    })

  test('sent = received + lost', async () => {
    await using subject = await startSubject('udp-echo', 'datagram', 'udp')
    const { datagrams } = await measured(plan(subject.address))
    expect(datagrams!.sent).toBe(500)
    expect(datagrams!.received + datagrams!.lost).toBe(500)
    expect(datagrams).toMatchObject({ duplicated: 0, reordered: 0 })
  })

  test('what a stopped subject has no room for is put down to it', async () => {
    await using subject = await startSubject('udp-echo', 'datagram', 'udp')
    const stop = () => {
      subject.signal('SIGSTOP')
      setTimeout(() => subject.thaw(), 150)
    }
    const flood = { loop: { kind: 'datagrams', ratePerSecond: 100_000 } as const }
    const much = { ...flood, measured: { messages: 12_000 }, messageBytes: 1_000 }
    const { datagrams } = await measured(plan(subject.address, much), stop)
    expect(datagrams!.lost).toBeGreaterThan(0)
    expect(datagrams!.received + datagrams!.lost).toBe(12_000)
    const { droppedAtSubject, droppedAtGenerator } = datagrams!
    if (droppedAtSubject === null || droppedAtGenerator === null) return
    expect(droppedAtSubject + droppedAtGenerator).toBe(datagrams!.lost)
    expect(droppedAtSubject).toBeGreaterThan(0)
  })

  test('nobody there is a failure', async () => {
    const address = { transport: 'udp', host: '127.0.0.1', port: 1 } as const
    expect(await generate(plan(address))).toMatchObject({ kind: 'failed' })
  })
})

test('histograms of shards, merged, are the pooled one', () => {
  const values = Array.from({ length: 3_000 }, (_, index) => 1_000 + ((index * 7919) % 900_000))
  const recorded = (of: readonly number[]) => {
    const histogram = mergeHistograms([])
    for (const value of of) histogram.recordValue(value)
    return histogram
  }
  const shards = [0, 1, 2].map((shard) => recorded(values.filter((_, at) => at % 3 === shard)))
  const [merged, pooled] = [mergeHistograms(shards), recorded(values)]
  expect(merged.outputPercentileDistribution()).toBe(pooled.outputPercentileDistribution())
})

test('an idle connection costs the subject memory, and is seen', async () => {
  await using subject = await startSubject('length-prefixed', 'u32be')
  const figures: LoadFigures = await measured(
    planFor(subject.address, {
      manner: { idle: 300 },
      loop: { kind: 'closed', depth: 1 },
      subjectProcessGroup: subject.processGroup,
    }),
  )
  if (process.platform !== 'linux') return
  expect(figures.idleRssBytes).toBeGreaterThan(0)
  expect(figures.idleRssBytes).toBeLessThan(64 * 1024)
})

describe('workloads', () => {
  test('a scenario that compares is several', () => {
    const chopped = workloadsOf(findScenario('chopped')!)
    expect(chopped.map(({ parameters }) => parameters.writeBytesMax)).toEqual([
      1, 16, 256, 4096, 65_536,
    ])
  })

  test('what is asked for takes the place of a variant, once', () => {
    const many = workloadsOf(findScenario('many-connections')!, { connections: [7, 9] })
    expect(many.map(({ parameters }) => parameters.connections)).toEqual([7, 9])
  })

  test('a sweep goes through the sizes, and keeps large ones out of memory', () => {
    const sizes = workloadsOf(findScenario('pipelined')!, {}, true).map((one) => one.parameters)
    expect(sizes.map(({ messageBytes }) => messageBytes)).toEqual([16, 64, 1024, 16_384, 65_536])
    expect(sizes.map(({ depth }) => depth)).toEqual([4096, 4096, 4096, 256, 64])
  })
})

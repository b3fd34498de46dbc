/**
 * Generators on hosts of their own: `FRAMEGATE_LONG=1`, Linux, root, iproute2. What is lost with a
 * generator that is killed is either made up for, or refused.
 */
import { beforeAll, describe, expect, test } from 'bun:test'
import { whyNoNamespaces } from './namespaces/network.ts'
import { carried, renderTrial } from './namespaces/table.ts'
import { runTrial, type Trial } from './namespaces/trial.ts'

const LIMIT = 10
const DURATION_MS = 2_000
/** What a link lets through at once before its limit holds, as a share of all. */
const BURST_SHARE = (128 * 1024 * 8) / (LIMIT * 1e6 * (DURATION_MS / 1e3))
const TRIAL_MS_MAX = 1_200_000

const reason = process.env.FRAMEGATE_LONG ? whyNoNamespaces() : 'it takes minutes: FRAMEGATE_LONG=1'

describe.skipIf(reason !== null)(`hosts of their own (${reason ?? 'made of namespaces'})`, () => {
  let trial: Trial
  beforeAll(async () => {
    const said: string[] = []
    const say = (text: string) => void said.push(text)
    trial = await runTrial({ durationMs: DURATION_MS, leadMs: 15_000, limitMegabits: LIMIT, say })
  }, TRIAL_MS_MAX)

  test('one, two and four generators make a whole, with every message of each', () => {
    for (const { generators, merged } of trial.rows) {
      expect({ code: merged.code, said: merged.said }).toEqual({ code: 0, said: merged.said })
      const { cell } = merged
      const shards = Array.from({ length: generators }, (_, at) => `${at + 1}/${generators}`)
      expect(cell!.generators.map(({ shard }) => shard)).toEqual(shards)
      const messages = cell!.generators.reduce((sum, one) => sum + one.messages, 0)
      expect(cell!.messages).toBe(messages)
    }
  })

  test('clocks that are one clock are found to be so, within what is said of them', () => {
    for (const { merged } of trial.rows) {
      for (const { clockOffsetMs, clockErrorMs } of merged.cell!.generators) {
        expect(Math.abs(clockOffsetMs)).toBeLessThanOrEqual(clockErrorMs + 0.001)
      }
    }
  })

  test('no more is told than the links can have carried', () => {
    const limited = trial.rows.filter(({ limitMegabits }) => limitMegabits !== null)
    expect(limited.map(({ generators }) => generators)).toEqual([1, 2, 4])
    for (const { generators, merged } of limited) {
      const most = carried(generators, LIMIT) * (1 + BURST_SHARE)
      expect(merged.cell!.throughputPerSecond).toBeGreaterThan(0)
      expect(merged.cell!.throughputSpread.low).toBeLessThan(most * 1.02)
    }
  })

  test('killed before the start and started again: all are there', () => {
    const { code, merged } = trial.killed.find(({ when }) => when === 'before the start')!
    expect([code, merged.code, merged.cell?.generators.length]).toEqual([0, 0, 4])
  })

  test('killed under load: it is too late, and there is no result', () => {
    const { code, merged } = trial.killed.find(({ when }) => when === 'under load')!
    const said = 'framegate: Shard 3/4 is missing.\n'
    expect({ code, merged: { ...merged, ms: 0 } }).toEqual({
      code: 4,
      merged: { code: 5, said, ms: 0, cell: null },
    })
  })
})

test('the table says what was found, and what was refused', () => {
  const cell = {
    messages: 10,
    throughputPerSecond: carried(2, LIMIT) / 2,
    throughputSpread: { low: 1_000 },
    latencyNs: { p50: 1e6, p99: 2e6 },
    generators: [{ shard: '1/1', messages: 10, clockErrorMs: 0.25, clockOffsetMs: 0 }],
  }
  const whole = { code: 0, said: '', ms: 123.4, cell }
  const refused = { code: 5, said: 'framegate: Shard 3/4 is missing.\n', ms: 1, cell: null }
  const rows = [{ generators: 2, limitMegabits: LIMIT, merged: whole }]
  const killed = [{ when: 'under load', code: 4, merged: refused } as const]
  const text = renderTrial({ rows, killed }, 'a machine')
  expect(text).toContain(
    '| 2 | 10 Mbit/s each | 17,581 | 1,000 | 50 % | 2.00 ms | ±0.25 ms | 123 ms |',
  )
  expect(text).toContain('ended with 4, too late; `merge` ended with 5: “Shard 3/4 is missing.”')
})

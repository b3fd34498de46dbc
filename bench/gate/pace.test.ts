import { expect, test } from 'bun:test'
import type { TurnFigures } from '../../harness/load-turns.ts'
import { findScenario } from '../registry.ts'
import { workloadOf } from '../scenario.ts'
import { Pace } from './pace.ts'
import type { PairReport } from './pair.ts'
import { LAUNCH_PLAN as plan } from './testing.ts'

const closedAt = (ratePerSecond: number): { closed: TurnFigures[]; open: [] } => ({
  closed: [1, 2].map((part) => ({
    messages: 100 * part,
    durationNs: (100 * part * 1e9) / ratePerSecond,
    cpuNs: null,
    latencyNsP50: 0,
    latencyNsP99: 0,
  })),
  open: [],
})
const pairAt = (base: number, head: number): PairReport => ({
  base: closedAt(base),
  head: closedAt(head),
  generatorCpuShare: 0,
})

test('a trial that met a slow machine is made good by the blocks behind it', () => {
  const pace = new Pace(workloadOf(findScenario('ping-pong')!, 'full', {}), 1_000)
  const warmUpMessages = () => (pace.phases(plan).closed.warmUp as { messages: number }).messages
  expect(warmUpMessages()).toBe(300)
  pace.adjust([pairAt(20_000, 16_000), pairAt(18_000, 30_000)])
  // The slower side of the slower pair, half way between in logs.
  expect(warmUpMessages()).toBe(1_200)
  for (let block = 0; block < 5; block++) pace.adjust([pairAt(16_000, 16_000)])
  expect(warmUpMessages()).toBeWithin(4_400, 4_800)
})

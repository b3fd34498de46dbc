/** Gates made of numbers: launches differ as real ones do, and nothing is started. */
import type { Environment } from '../../harness/environment.ts'
import { createRandom, type Random } from '../../harness/random.ts'
import { findScenario } from '../registry.ts'
import { workloadOf } from '../scenario.ts'
import { assemble } from './assemble.ts'
import { controlLogRatio, logRatio } from './block.ts'
import { openCells } from './cells.ts'
import { overall } from './decide.ts'
import type { GatePlan } from './plan.ts'
import type { GateCounter } from './result.ts'
import type { GateRun } from './run.ts'
import { runStages, type StageCell } from './stages.ts'

/** Launches of about a second. */
export const LAUNCH_PLAN: GatePlan = {
  routeBlocks: 0,
  earlyBlocks: [],
  looks: [12],
  warmUpMs: 300,
  closedMs: 320,
  openMs: 300,
}

/** A metric of a simulated server. */
export interface SimulatedMetric {
  /** Standard deviation of one block's log ratio. */
  blockDeviation: number
  floor: number
}

export interface Simulation {
  metrics: readonly SimulatedMetric[]
  scenarios: number
  /** What head costs more, in the first scenario: 0.05 is 5 %, in every metric. */
  effect: number
  plan: Pick<GatePlan, 'earlyBlocks' | 'looks' | 'routeBlocks'>
  /** Share of launches in which the machine is disturbed, costing 15 % more. */
  disturbed: number
}

export interface Tally {
  regressed: number
  inconclusive: number
  pass: number
  improved: number
  /** Mean number, over all scenarios of a gate. */
  blocks: number
}

const ALPHA = 0.01
const DISTURBANCE = Math.log(1.15)

/** Shares of so many gates; what they rest on is the code that real gates run. */
export async function simulate(simulation: Simulation, gates: number, seed: number) {
  const normal = normals(createRandom(seed))
  const chance = createRandom(seed + 1)
  const tally: Tally = { regressed: 0, inconclusive: 0, pass: 0, improved: 0, blocks: 0 }
  for (let gate = 0; gate < gates; gate++) {
    const { verdict, blocks } = await simulateOne(simulation, normal, chance)
    tally[verdict] += 1 / gates
    tally.blocks += blocks / gates
  }
  return tally
}

interface SimulatedCell extends StageCell {
  metric: SimulatedMetric
  effectLog: number
}

async function simulateOne(simulation: Simulation, normal: () => number, chance: Random) {
  const { metrics, scenarios, effect, plan, disturbed } = simulation
  const cells: SimulatedCell[] = Array.from({ length: scenarios }, (_, at) =>
    metrics.map((metric) => ({
      scenario: String(at),
      floor: metric.floor,
      metric,
      effectLog: at === 0 ? Math.log1p(effect) : 0,
      logRatios: [],
      controls: [],
    })),
  ).flat()
  const launch = (log: number, deviation: number): number => {
    const disturbance = chance.below(1_000_000) < disturbed * 1e6 ? DISTURBANCE : 0
    return log + deviation * normal() + disturbance
  }
  let blocks = 0
  const outcomes = await runStages({
    cells,
    plan,
    alpha: ALPHA,
    async take(wanted, count) {
      blocks += count * wanted.size
      for (const cell of cells) {
        if (!wanted.has(cell.scenario)) continue
        const { blockDeviation } = cell.metric
        for (let block = 0; block < count; block++) {
          const pair = () => launch(cell.effectLog, blockDeviation) - launch(0, blockDeviation)
          const ratios = [pair(), pair()] as const
          cell.logRatios.push(logRatio(ratios))
          cell.controls.push(controlLogRatio(ratios))
        }
      }
      return true
    },
  })
  return { verdict: overall(outcomes.map(({ decision }) => decision.verdict)), blocks }
}

/** Normally distributed numbers, by Box and Muller. */
function normals(random: Random): () => number {
  const uniform = () => (random.below(2 ** 30) + 0.5) / 2 ** 30
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

export const EXAMPLE_WORKLOAD = workloadOf(findScenario('ping-pong')!, 'full')

export const EXAMPLE_ENVIRONMENT: Environment = {
  framegate: '0.1.0',
  bun: '1.4.5',
  platform: 'linux x64',
  kernel: '6.1',
  cpuModel: 'a processor',
  cores: 2,
  memoryBytes: 2 ** 32,
  commit: 'abc',
  dirty: false,
  load1: 0,
  stealShare: 0,
  timeScale: 1,
  startedAt: '2030-01-01T00:00:00.000Z',
  seed: 1,
}

/** Numbers: what head costs, by metric in the order of the table; noise of 0.4 %. */
export async function runOf(
  shifts: readonly number[],
  value = (log: number) => log,
): Promise<GateRun> {
  const cells = openCells(EXAMPLE_WORKLOAD, 0.03)
  const outcomes = await runStages({
    cells,
    plan: { routeBlocks: 0, earlyBlocks: [], looks: [12] },
    alpha: 0.01,
    async take(_, blocks) {
      for (const [index, cell] of cells.entries()) {
        for (let block = 0; block < blocks; block++) {
          const noise = 0.004 * ((block % 3) - 1)
          cell.logRatios.push(value(shifts[index]! + noise))
          cell.controls.push(noise)
          cell.base.push(100)
          cell.head.push(100)
        }
      }
      return true
    },
  })
  const plan = { routeBlocks: 0, earlyBlocks: [], looks: [12], warmUpMs: 1, closedMs: 1, openMs: 1 }
  const measured = outcomes.map((outcome, index) => ({ cell: cells[index]!, outcome }))
  return { cells: measured, failures: [], plan, missing: [], warnings: [] }
}

export const resultOf = (
  run: GateRun | null,
  workloads = [EXAMPLE_WORKLOAD],
  counters: readonly GateCounter[] = [],
  checkedSeconds = 0,
) =>
  assemble(
    { newFailures: [], counters, run, workloads, checkedSeconds, warnings: [] },
    {
      partial: false,
      environment: EXAMPLE_ENVIRONMENT,
      base: 'old',
      head: 'new',
      settings: { alpha: 0.01, floor: 0.03, budgetSeconds: 60, seed: 1 },
      wallSeconds: 1,
    },
  )

/** The cells of a gate while blocks are made. */
import type { Workload } from '../scenario.ts'
import { type BlockCosts, controlLogRatio, logRatio, type Side } from './block.ts'
import { METRICS, type Metric } from './metric.ts'
import type { PairReport } from './pair.ts'
import type { StageCell } from './stages.ts'

/** A cell while blocks are made. */
export interface MeasuredCell extends StageCell {
  workload: Workload
  metric: Metric
  /** Costs of all launches. */
  base: number[]
  head: number[]
}

/** Empty ones, one a metric. */
export function openCells(workload: Workload, floor: number): MeasuredCell[] {
  return METRICS.map((metric) => ({
    scenario: workload.scenario.id,
    workload,
    metric,
    floor: Math.max(floor, metric.floorMin),
    logRatios: [],
    controls: [],
    base: [],
    head: [],
  }))
}

/** Adds the block that these pairs of launches make. */
export function addBlock(cell: MeasuredCell, pairs: readonly PairReport[]): void {
  const { loop, costOf } = cell.metric
  const costsOf = (side: Side): number[] =>
    pairs.map(({ [side]: { closed, open } }) =>
      costOf(loop === 'open' && open.length > 0 ? open : closed),
    )
  const costs: BlockCosts = { base: costsOf('base'), head: costsOf('head') }
  cell.base.push(...costs.base)
  cell.head.push(...costs.head)
  cell.logRatios.push(logRatio(costs))
  cell.controls.push(controlLogRatio(costs))
}

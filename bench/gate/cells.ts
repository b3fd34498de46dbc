/** The cells of a gate while blocks are made. */
import type { Workload } from '../scenario.ts'
import { type BlockCosts, controlLogRatio, logRatio, type Side } from './block.ts'
import type { LaunchReport } from './launch.ts'
import { METRICS, type Metric } from './metric.ts'
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

/** What cannot be seen is not a number, and no verdict rests on it. */
export function addBlock(cell: MeasuredCell, reports: Record<Side, readonly LaunchReport[]>): void {
  const costsOf = (side: Side): number[] =>
    reports[side].map(({ figures }) => {
      const measured = cell.metric.loop === 'closed' ? figures[0]! : figures.at(-1)!
      return cell.metric.costOf(measured) ?? Number.NaN
    })
  const costs: BlockCosts = { base: costsOf('base'), head: costsOf('head') }
  cell.base.push(...costs.base)
  cell.head.push(...costs.head)
  cell.logRatios.push(logRatio(costs))
  cell.controls.push(controlLogRatio(costs))
}

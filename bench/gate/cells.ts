/** The cells of a gate while blocks are made. */
import type { Workload } from '../scenario.ts'
import { controlLogRatio, logRatio, type PairLogRatios } from './block.ts'
import { METRICS, type Metric } from './metric.ts'
import type { LaunchReport, PairReport } from './pair.ts'
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
  const { loop, costOf, logRatioOf } = cell.metric
  const turnsOf = ({ closed, open }: LaunchReport) =>
    loop === 'open' && open.length > 0 ? open : closed
  const [first, second] = pairs.map(({ base, head }) => {
    const turns = { base: turnsOf(base), head: turnsOf(head) }
    cell.base.push(costOf(turns.base))
    cell.head.push(costOf(turns.head))
    return logRatioOf(turns)
  })
  const ratios: PairLogRatios = [first!, second!]
  cell.logRatios.push(logRatio(ratios))
  cell.controls.push(controlLogRatio(ratios))
}

/**
 * What gates on this machine would say, from the blocks of a few. Pure.
 *
 * Blocks are drawn with replacement, all metrics of a block together, with an effect put in: real
 * noise, as many gates as wanted, each of as many blocks as a minute holds. It cannot know what
 * happens once in an hour; real gates can.
 */
import { createRandom } from '../../../harness/random.ts'
import { overall } from '../decide.ts'
import { METRICS } from '../metric.ts'
import { SHORTEST_PLAN } from '../plan.ts'
import { runStages, type StageCell } from '../stages.ts'
import type { CalibrationGate, Prediction } from './result.ts'

export interface PredictOptions {
  /** Real ones in which nothing was changed. */
  gates: readonly CalibrationGate[]
  effects: readonly number[]
  alpha: number
  count: number
  seed: number
}

interface DrawnCell extends StageCell {
  pool: readonly { logRatio: number; control: number }[]
  shift: number
}

/** None of gates that have no blocks. */
export async function predict(options: PredictOptions): Promise<Prediction[]> {
  const { gates, effects, alpha, count, seed } = options
  const pools = poolsOf(gates)
  const size = Math.min(...pools.map(({ pool }) => pool.length))
  if (pools.length === 0 || size < 2) return []
  const random = createRandom(seed)
  const predictions: Prediction[] = []
  for (const effect of effects) {
    const prediction = { effect, regressed: 0, inconclusive: 0 }
    for (let gate = 0; gate < count; gate++) {
      const cells = pools.map(
        (pool): DrawnCell => ({ ...pool, shift: shiftOf(pool, effect), ...emptyBlocks() }),
      )
      const take = async (_: ReadonlySet<string>, wanted: number) => {
        for (let block = 0; block < wanted; block++) draw(cells, random.below(size))
        return true
      }
      const outcomes = await runStages({ cells, plan: SHORTEST_PLAN, alpha, take })
      const verdict = overall(outcomes.map(({ decision }) => decision.verdict))
      if (verdict === 'regressed') prediction.regressed += 1 / count
      if (verdict === 'inconclusive') prediction.inconclusive += 1 / count
    }
    predictions.push(prediction)
  }
  return predictions
}

const emptyBlocks = (): Pick<StageCell, 'logRatios' | 'controls'> => ({
  logRatios: [],
  controls: [],
})

/** By cell, its blocks in all gates. */
function poolsOf(gates: readonly CalibrationGate[]) {
  return (gates[0]?.cells ?? []).map(({ scenario, metric, floor }) => {
    const same = gates.flatMap(({ cells }) =>
      cells.filter((cell) => cell.scenario === scenario && cell.metric === metric),
    )
    const pool = same.flatMap(({ logRatios, controlLogRatios }) =>
      logRatios.map((logRatio, index) => ({
        logRatio: logRatio ?? Number.NaN,
        control: controlLogRatios[index] ?? Number.NaN,
      })),
    )
    return { scenario, metric, floor, pool }
  })
}

/** More work shows in CPU time and throughput; what it does to waiting is left open. */
const shiftOf = ({ metric }: { metric: string }, effect: number): number =>
  METRICS.some(({ id, loop }) => id === metric && loop === 'closed') ? Math.log1p(effect) : 0

function draw(cells: readonly DrawnCell[], at: number): void {
  for (const { logRatios, controls, pool, shift } of cells) {
    logRatios.push(pool[at]!.logRatio + shift)
    controls.push(pool[at]!.control)
  }
}

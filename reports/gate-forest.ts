/** Ratios with their intervals, drawn in characters: a comment shows it wherever it is read. */
import type { GateCell } from '../bench/gate/result.ts'
import { METRIC_WORDS, signed } from './gate-words.ts'

/** Characters on each side of the middle. */
const HALF = 24
/** The least that the ends stand for, and the most: what lies beyond is an arrow. */
const REACH_MIN = Math.log(1.05)
const REACH_MAX = Math.log(1.3)

/** One line a cell, `│` at no change, `┊` at the margin: what reaches it was not excluded. */
export function forestPlot(cells: readonly GateCell[]): string {
  const width = Math.max(...cells.map((cell) => labelOf(cell).length))
  const furthest = Math.max(...cells.map(furthestLog))
  const reach = Math.min(REACH_MAX, Math.max(REACH_MIN, furthest))
  const lines = cells.map((cell) => {
    const drawn = lineOf(cell, reach)
    return `${labelOf(cell).padEnd(width)}  ${drawn}  ${signed(cell.ratio)}`
  })
  const [left, right] = [signed(Math.exp(-reach)), signed(Math.exp(reach))]
  const gap = ' '.repeat(Math.max(1, 2 * HALF + 1 - left.length - right.length - 2))
  return [...lines, `${' '.repeat(width)}  ${left} ${gap} ${right}`].join('\n')
}

const labelOf = ({ scenario, metric }: GateCell): string => `${scenario} ${METRIC_WORDS[metric]}`

const furthestLog = ({ ratio, ciLow, ciHigh, margin }: GateCell): number =>
  Math.max(
    ...[ratio, ciLow, ciHigh].map((value) => Math.abs(Math.log(value || 1))),
    Math.log1p(margin),
  )

function lineOf({ ratio, ciLow, ciHigh, margin }: GateCell, reach: number): string {
  const at = (value: number) => HALF + Math.round((HALF * Math.log(value)) / reach)
  const line = new Array<string>(2 * HALF + 1).fill(' ')
  const put = (column: number, mark: string) => {
    if (column >= 0 && column <= 2 * HALF) line[column] = mark
  }
  put(HALF, '│')
  put(at(1 + margin), '┊')
  if (!ratio) return line.join('')
  const [low, high] = [at(ciLow || Number.MIN_VALUE), at(ciHigh ?? Number.MAX_VALUE)]
  for (let column = Math.max(0, low); column <= Math.min(2 * HALF, high); column++) {
    put(column, '─')
  }
  put(low, '├')
  put(high, '┤')
  put(at(ratio), '●')
  if (low < 0) put(0, '◀')
  if (high > 2 * HALF) put(2 * HALF, '▶')
  return line.join('')
}

/**
 * Which implementation to choose, by rules and from the data alone. Words are made elsewhere.
 *
 * 1. Only right ones are candidates (standing.ts), and only those that carry every message, unless
 *    there are none: a framing that is fast for a few messages is no advice for the rest.
 * 2. One workload stands for each scenario (workload.ts), one metric decides it (metric.ts).
 * 3. The leaders of a workload are the best candidate and all that this run could not tell from it
 *    (visible-difference.ts). Where nothing could be told, the workload gives nobody a point.
 * 4. The candidate that leads most workloads is chosen; of equals the one that adds the fewest
 *    bytes to a 64-byte message; if there still are several, all of them.
 */
import type { BenchCell } from '../bench/result.ts'
import { decidingMetric, type Metric } from './metric.ts'
import type { CompareResult } from './report.ts'
import { cellIn, type SubjectView, subjectViews } from './standing.ts'
import { type Difference, differenceBetween } from './visible-difference.ts'
import { headlineWorkloads, type Workload } from './workload.ts'

export interface RankedCandidate {
  readonly view: SubjectView
  readonly cell: BenchCell
  /** Against the best; null for the best itself. */
  readonly difference: Difference | null
}

export interface Finding {
  readonly workload: Workload
  readonly metric: Metric
  /** Candidates with a figure, the best first. */
  readonly ranked: readonly RankedCandidate[]
  /** The best and those that could not be told from it. Empty where nothing could be told. */
  readonly leaders: readonly SubjectView[]
}

export interface Recommendation {
  /** None where no subject is right; several where this run could not tell them apart. */
  readonly chosen: readonly SubjectView[]
  /** Lead as many workloads as the chosen, but add more bytes. */
  readonly equals: readonly SubjectView[]
  readonly findings: readonly Finding[]
  /** Right too, but not for every message: no candidates as long as there are others. */
  readonly restricted: readonly SubjectView[]
}

const findingOf = (workload: Workload, candidates: readonly SubjectView[]): Finding => {
  const metric = decidingMetric(workload.scenario)
  const measured = candidates.flatMap((view) => {
    const cell = cellIn(workload.cells, view)
    return cell === null || metric.value(cell) === null ? [] : [{ view, cell }]
  })
  const sign = metric.better === 'lower' ? 1 : -1
  measured.sort((left, right) => sign * (metric.value(left.cell)! - metric.value(right.cell)!))
  const best = measured[0]
  const ranked = measured.map((one) => ({
    ...one,
    difference: one === best ? null : differenceBetween(metric, best!.cell, one.cell),
  }))
  return { workload, metric, ranked, leaders: leadersOf(ranked) }
}

const leadersOf = (ranked: readonly RankedCandidate[]): SubjectView[] => {
  const undecided = ranked.some(
    ({ difference }) => difference === 'too-few-launches' || difference === 'generator-bound',
  )
  if (undecided) return []
  return ranked.filter(({ difference }) => difference !== 'visible').map(({ view }) => view)
}

/** The items for which `score` is highest. */
const best = <Item>(items: readonly Item[], score: (item: Item) => number): Item[] => {
  const highest = Math.max(...items.map(score))
  return items.filter((item) => score(item) === highest)
}

export const recommend = (result: CompareResult): Recommendation => {
  const right = subjectViews(result).filter(({ standing }) => standing === 'right')
  const general = right.filter(({ subject }) => subject.cannotCarry === '')
  const candidates = general.length > 0 ? general : right
  const findings = headlineWorkloads(result.bench.cells)
    .map((workload) => findingOf(workload, candidates))
    .filter(({ ranked }) => ranked.length > 0)
  const led = (view: SubjectView) => findings.filter(({ leaders }) => leaders.includes(view)).length
  const leading = best(candidates, led)
  const chosen = best(leading, ({ subject }) => -subject.overheadBytes64)
  const equals = leading.filter((view) => !chosen.includes(view))
  const restricted = right.filter((view) => !candidates.includes(view))
  return { chosen, equals, findings, restricted }
}

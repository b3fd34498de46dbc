/** What makes a reader careful with a cell. */
import type { LoadFigures } from '../harness/load.ts'
import { median, spreadShare } from './stats/median.ts'

/** From this share of a core on, the generator may be what was measured. */
export const GENERATOR_SHARE_MAX = 0.9
/** Open loop: a generator that is later than this is not on time. */
export const SCHEDULE_LAG_NS_P99_MAX = 200_000
const SPREAD_SHARE_MAX = 0.1
/** Of the measured time in which the subject was ready to run, but something else ran. */
export const RUN_QUEUE_SHARE_MAX = 0.2
/** Between the halves of the measured time. */
const DRIFT_SHARE_MAX = 0.1

const percent = (share: number): string => `${Math.round(share * 100)} %`

export const generatorShareOf = (launches: readonly LoadFigures[]): number =>
  median(launches.map(({ generatorCpuShare }) => generatorCpuShare)) ?? 0

/** Open loop: it looks at the clock all the time, so its lag tells and its CPU share does not. */
const lagOf = (launches: readonly LoadFigures[]): number | null =>
  median(launches.flatMap(({ scheduleLagNsP99 }) => scheduleLagNsP99 ?? []))

/** Whether it may be the generator that was measured. */
export function isGeneratorBound(launches: readonly LoadFigures[]): boolean {
  const lagNs = lagOf(launches)
  if (lagNs !== null) return lagNs > SCHEDULE_LAG_NS_P99_MAX
  return generatorShareOf(launches) > GENERATOR_SHARE_MAX
}

/** `launchesWanted` without an interruption; `inFlight`: messages, on all connections together. */
export function warningsOf(
  launches: readonly LoadFigures[],
  launchesWanted: number,
  inFlight: number,
): string[] {
  const warnings: (string | null)[] = [
    fewLaunches(launches.length, launchesWanted),
    generatorBound(launches),
    overloaded(launches),
    lost(launches),
    overBound(launches),
    apart(launches),
    crowded(launches),
    unsteady(launches, inFlight),
  ]
  return warnings.filter((warning) => warning !== null)
}

const fewLaunches = (made: number, wanted: number): string | null =>
  made < wanted ? `interrupted: ${made} of ${wanted} launches` : null

function generatorBound(launches: readonly LoadFigures[]): string | null {
  if (!isGeneratorBound(launches)) return null
  const lagNs = lagOf(launches)
  if (lagNs !== null) {
    const lag = lagNs < 1e7 ? `${Math.round(lagNs / 1e3)} µs` : `${Math.round(lagNs / 1e6)} ms`
    const late = `sent messages up to ${lag} late (p99)`
    return `generator-bound: the generator ${late}, which is in the latencies`
  }
  const share = percent(generatorShareOf(launches))
  return `generator-bound: the generator used ${share} of its core, the subject may be faster`
}

function overloaded(launches: readonly LoadFigures[]): string | null {
  const unsent = launches.reduce((sum, { unsentMessages }) => sum + unsentMessages, 0)
  if (unsent === 0) return null
  return `the rate is more than it carries: ${unsent} messages that were due were never sent`
}

const overBound = (launches: readonly LoadFigures[]): string | null =>
  launches.some(({ isOverBound }) => isOverBound)
    ? 'no rate that was tried keeps the latency bound: this is the lowest of them'
    : null

/** Our own buffer's losses are no fault of the subject, and are said before anything else. */
function lost(launches: readonly LoadFigures[]): string | null {
  const ours = launches.reduce((sum, one) => sum + (one.datagrams?.droppedAtGenerator ?? 0), 0)
  if (ours === 0) return null
  return `generator-bound: ${ours} replies found the generator's own buffer full, and count as lost`
}

function apart(launches: readonly LoadFigures[]): string | null {
  const share = spreadShare(launches.map(({ messages, durationNs }) => messages / durationNs))
  if (share <= SPREAD_SHARE_MAX) return null
  return `throughput differs by ${percent(share)} from launch to launch`
}

function crowded(launches: readonly LoadFigures[]): string | null {
  const shares = launches.flatMap(({ subject, durationNs }) =>
    subject === null ? [] : [subject.runQueueNs / durationNs],
  )
  const share = median(shares) ?? 0
  if (share <= RUN_QUEUE_SHARE_MAX) return null
  // All threads of the subject share its core, so they wait for each other too.
  const why = 'other programs ran there, or more threads than one'
  if (share > 1) {
    const times = `${share.toFixed(1)} times as long as was measured`
    return `the subject's threads waited for its core ${times}: ${why}`
  }
  return `the subject waited for its core in ${percent(share)} of the time: ${why}`
}

function unsteady(launches: readonly LoadFigures[], inFlight: number): string | null {
  let [first, second, slack] = [0, 0, 0]
  for (const { messages, messagesFirstHalf } of launches) {
    if (messagesFirstHalf === null) continue
    first += messagesFirstHalf
    second += messages - messagesFirstHalf
    // What is in flight at the half and at the end is answered in the second half.
    slack += inFlight + 1
  }
  const share = first === 0 ? 0 : (Math.abs(second - first) - slack) / first
  if (share <= DRIFT_SHARE_MAX) return null
  const way = second > first ? 'more' : 'less'
  return `the second half of the time carried ${percent(share)} ${way} than the first: not steady`
}

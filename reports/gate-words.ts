/** A gate's ratios and verdicts as people read them. */
import type {
  CounterId,
  GateCell,
  GateCounter,
  GateVerdict,
  MetricId,
} from '../bench/gate/result.ts'
import { COUNT, DURATION_NS, NO_BREAK_SPACE, quantity } from './units.ts'

export const METRIC_WORDS: Readonly<Record<MetricId, string>> = {
  cpuNsPerMessage: 'CPU per message',
  throughputPerSecond: 'throughput',
  latencyNsP50: 'latency p50',
  latencyNsP99: 'latency p99',
}

export const VERDICT_MARKS: Readonly<Record<GateVerdict, string>> = {
  pass: '✅',
  improved: '🚀',
  regressed: '❌',
  inconclusive: '❓',
}

/** `+4.6 %`; a ratio that is three times or more is a factor: `× 20`. */
export function signed(ratio: number | null): string {
  if (ratio === null) return '?'
  if (ratio >= 3) return `×${NO_BREAK_SPACE}${Number(ratio.toPrecision(2))}`
  const percent = (ratio - 1) * 100
  const sign = percent < 0 ? '−' : '+'
  return `${sign}${Math.abs(percent).toFixed(1)}${NO_BREAK_SPACE}%`
}

/** `+4.6 % (+3.2 % to +6.0 %)`: what head costs more. */
export const changeOf = ({ ratio, ciLow, ciHigh }: GateCell): string =>
  ciLow === null || ciHigh === null
    ? signed(ratio)
    : `${signed(ratio)} (${signed(ciLow)} to ${signed(ciHigh)})`

export const figureOf = (metric: MetricId, value: number | null): string => {
  if (value === null) return '?'
  return metric === 'throughputPerSecond'
    ? `${quantity(value, COUNT)}/s`
    : quantity(value, DURATION_NS)
}

export const COUNTER_WORDS: Readonly<Record<CounterId, string>> = {
  reads: 'reads',
  writes: 'writes',
  bytesCopied: 'bytes copied',
  allocations: 'allocations',
}

/** `62.5 → 1,000 per 1,000 messages`. */
export const countsOf = ({ base, head }: GateCounter): string =>
  `${COUNT_FORMAT.format(base)} → ${COUNT_FORMAT.format(head)} per 1,000 messages`

const COUNT_FORMAT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** What this cell could have seen. */
export const detectableOf = ({ minimumDetectableEffect }: GateCell): string =>
  minimumDetectableEffect === null ? 'nothing' : signed(1 + minimumDetectableEffect)

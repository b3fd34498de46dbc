/** The figures of a cell that reports compare: how each is read, written and judged. */
import type { BenchCell, Spread } from '../bench/result.ts'
import {
  BYTES_PER_SECOND,
  COUNT,
  DURATION_NS,
  NO_BREAK_SPACE,
  quantity,
  range,
  type Scale,
} from './units.ts'

export interface Metric {
  readonly title: string
  /** What follows a figure in a sentence: `412 k messages/s`, `52.4 µs round trip at p50`. */
  readonly noun: string
  readonly better: 'higher' | 'lower'
  readonly scale: Scale
  value(cell: BenchCell): number | null
  /** Lowest and highest launch, where they are known. */
  spread(cell: BenchCell): Spread | null
}

export const MESSAGES_PER_SECOND: Metric = {
  title: 'messages/s',
  noun: 'messages/s',
  better: 'higher',
  scale: COUNT,
  value: (cell) => cell.throughputPerSecond,
  spread: (cell) => cell.throughputSpread,
}

export const BYTE_RATE: Metric = {
  title: 'bytes/s',
  noun: '',
  better: 'higher',
  scale: BYTES_PER_SECOND,
  value: (cell) => cell.bytesPerSecond,
  // Messages of one size: bytes and messages spread alike.
  spread: (cell) => {
    const { bytesPerSecond, throughputPerSecond, throughputSpread } = cell
    if (bytesPerSecond === null || !throughputPerSecond || throughputSpread === null) return null
    const factor = bytesPerSecond / throughputPerSecond
    return { low: throughputSpread.low * factor, high: throughputSpread.high * factor }
  },
}

export const ROUND_TRIP_P50: Metric = {
  title: 'round trip p50',
  noun: 'round trip at p50',
  better: 'lower',
  scale: DURATION_NS,
  value: (cell) => cell.latencyNs?.p50 ?? null,
  spread: (cell) => cell.latencyNsP50Spread,
}

export const ROUND_TRIP_P99: Metric = {
  title: 'round trip p99',
  noun: 'round trip at p99',
  better: 'lower',
  scale: DURATION_NS,
  value: (cell) => cell.latencyNs?.p99 ?? null,
  spread: (cell) => cell.latencyNsP99Spread,
}

export const CPU_PER_MESSAGE: Metric = {
  title: 'CPU per message',
  noun: 'CPU per message',
  better: 'lower',
  scale: DURATION_NS,
  value: (cell) => cell.cpuNsPerMessage,
  spread: (cell) => cell.cpuNsPerMessageSpread,
}

/** What decides a scenario; every other one is decided by messages per second. */
const DECIDING: Readonly<Record<string, Metric>> = {
  'ping-pong': ROUND_TRIP_P50,
  nagle: ROUND_TRIP_P50,
  'open-loop': ROUND_TRIP_P99,
  bulk: BYTE_RATE,
  'file-transfer': BYTE_RATE,
}

export const decidingMetric = (scenario: string): Metric =>
  DECIDING[scenario] ?? MESSAGES_PER_SECOND

/** The figure alone, `412 k`; `≥ 412 k` where the generator was the limit; null where none is. */
export const figure = (metric: Metric, cell: BenchCell): string | null => {
  const value = metric.value(cell)
  if (value === null) return null
  const isLowerBound = cell.generator?.bound === true && metric.better === 'higher'
  return `${isLowerBound ? `≥${NO_BREAK_SPACE}` : ''}${quantity(value, metric.scale)}`
}

/** `398–421`, in the unit of the figure; empty where one launch, or none, was made. */
export const spreadText = (metric: Metric, cell: BenchCell): string => {
  const value = metric.value(cell)
  const spread = metric.spread(cell)
  if (value === null || spread === null || cell.launches.length < 2) return ''
  return range(value, spread.low, spread.high, metric.scale)
}

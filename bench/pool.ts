/** What several generators measured of one subject at the same time, as one cell. Pure. */
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { DatagramCounts } from '../harness/load.ts'
import type { BenchCell, CellParameters, JointGenerator } from './result.ts'
import { decodeHistogram, latencyOf, mergeHistograms } from './stats/latency.ts'
import { spreadOf } from './stats/median.ts'

export interface PooledPart {
  /** Of one load; struck where the subject was wrong to this generator. */
  cell: BenchCell
  /** Null where it was struck. */
  generator: JointGenerator | null
}

/**
 * Rates are added up, histograms pooled value by value: nothing is averaged. Where the subject was
 * wrong to one of the generators there is no number at all.
 */
export function poolCells(parts: readonly PooledPart[]): BenchCell {
  const cells = parts.map(({ cell }) => cell)
  const first = cells[0]!
  const parameters = allTogether(cells.map((cell) => cell.parameters))
  const wrong = cells.findIndex(({ struck }) => struck !== null)
  if (wrong >= 0) {
    const { struck, ...cell } = cells[wrong]!
    const detail = `to generator ${wrong + 1}/${parts.length}: ${struck!.detail}`
    return { ...cell, parameters, struck: { ...struck!, detail } }
  }
  const generators = parts.map(({ generator }) => generator!)
  const rates = generators.map(({ throughputPerSecond }) => throughputPerSecond)
  const throughputPerSecond = sum(rates)
  const messages = sum(generators.map((one) => one.messages))
  const begun = Math.min(...generators.map(({ beganAfterMs }) => beganAfterMs))
  const ended = Math.max(...generators.map(({ endedAfterMs }) => endedAfterMs))
  // Whoever began later or ended earlier had the subject with fewer beside it for that time.
  const low = Math.min(throughputPerSecond, (messages / (ended - begun)) * 1e3)
  const merged = pooled(cells.map(({ histogram }) => histogram))
  const service = pooled(cells.map(({ serviceHistogram }) => serviceHistogram))
  const latencyNs = merged && latencyOf(merged)
  return {
    ...first,
    parameters,
    messages,
    throughputPerSecond,
    throughputSpread: { low, high: throughputPerSecond },
    bytesPerSecond: throughputPerSecond * parameters.messageBytes,
    offeredPerSecond: sumOrNull(cells.map(({ offeredPerSecond }) => offeredPerSecond)),
    unsentMessages: sumOrNull(cells.map(({ unsentMessages }) => unsentMessages)),
    latencyNs,
    serviceNs: service && latencyOf(service),
    latencyNsP50Spread: spreadOf(generators.flatMap(({ latencyNsP50 }) => latencyNsP50 ?? [])),
    latencyNsP99Spread: spreadOf(generators.flatMap(({ latencyNsP99 }) => latencyNsP99 ?? [])),
    histogram: merged && encodeIntoCompressedBase64(merged),
    serviceHistogram: service && encodeIntoCompressedBase64(service),
    datagrams: datagramsOf(cells),
    generator: {
      cpuShare: Math.max(...generators.map(({ cpuShare }) => cpuShare)),
      scheduleLagNsP99: latest(cells),
      bound: generators.some(({ bound }) => bound),
    },
    generators,
    launches: [
      {
        messages,
        durationNs: (ended - begun) * 1e6,
        throughputPerSecond,
        latencyNsP50: latencyNs?.p50 ?? null,
        latencyNsP99: latencyNs?.p99 ?? null,
        cpuNsPerMessage: null,
      },
    ],
    warnings: warningsOf(cells),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

const sumOrNull = (numbers: readonly (number | null)[]): number | null =>
  numbers.includes(null) ? null : sum(numbers as readonly number[])

/** Each generator opens connections of its own, and sends its share of a rate. */
function allTogether(all: readonly CellParameters[]): CellParameters {
  const whole = { ...all[0]! }
  for (const key of ['connections', 'ratePerSecond', 'idle', 'unread'] as const) {
    if (whole[key] === undefined) continue
    // Thirds of a rate do not add up in binary.
    whole[key] = Number(sum(all.map((parameters) => parameters[key]!)).toFixed(6))
  }
  return whole
}

function pooled(encoded: readonly (string | null)[]) {
  if (encoded.includes(null)) return null
  return mergeHistograms(encoded.map((one) => decodeHistogram(one!)))
}

function latest(cells: readonly BenchCell[]): number | null {
  const lags = cells.flatMap(({ generator }) => generator?.scheduleLagNsP99 ?? [])
  return lags.length === 0 ? null : Math.max(...lags)
}

function datagramsOf(cells: readonly BenchCell[]): DatagramCounts | null {
  const counts = cells.flatMap(({ datagrams }) => datagrams ?? [])
  if (counts.length < cells.length) return null
  const keys = Object.keys(counts[0]!) as (keyof DatagramCounts)[]
  const sums = keys.map((key) => [key, sumOrNull(counts.map((one) => one[key]))])
  return Object.fromEntries(sums) as DatagramCounts
}

/** What all say is said once; the rest says of whom it is. */
function warningsOf(cells: readonly BenchCell[]): string[] {
  const everywhere = (warning: string) => cells.every(({ warnings }) => warnings.includes(warning))
  const own = cells.flatMap(({ warnings }, at) =>
    warnings
      .filter((warning) => !everywhere(warning))
      .map((warning) => `generator ${at + 1}/${cells.length}: ${warning}`),
  )
  return [...cells[0]!.warnings.filter(everywhere), ...own]
}

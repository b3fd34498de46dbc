/** HDR histograms in and out. They are merged, never averaged: a p99 of p99s means nothing. */
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { createLatencyHistogram } from '../../harness/load-histogram.ts'
import type { LatencyNs } from '../result.ts'

/** Reads one as the generator wrote it: HDR V2, compressed, base64. */
export const decodeHistogram = (encoded: string): Histogram => decodeFromCompressedBase64(encoded)

/** Every value of all of them. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const merged = createLatencyHistogram()
  for (const histogram of histograms) merged.add(histogram)
  return merged
}

/** Nanoseconds, three significant digits. */
export const latencyOf = (histogram: Histogram): LatencyNs => ({
  p50: histogram.getValueAtPercentile(50),
  p90: histogram.getValueAtPercentile(90),
  p99: histogram.getValueAtPercentile(99),
  p999: histogram.getValueAtPercentile(99.9),
  max: histogram.maxValue,
  mean: Math.round(histogram.mean),
})

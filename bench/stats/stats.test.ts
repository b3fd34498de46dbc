import { describe, expect, test } from 'bun:test'
import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { createLatencyHistogram } from '../../harness/load-histogram.ts'
import { createRandom } from '../../harness/random.ts'
import { decodeHistogram, latencyOf, mergeHistograms } from './latency.ts'
import { median, spreadOf, spreadShare } from './median.ts'

describe('median and spread', () => {
  test.each([
    [[], null],
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('median of %j is %p', (values, expected) => {
    expect(median(values)).toBe(expected)
  })

  test('spread is the lowest and the highest', () => {
    expect(spreadOf([])).toBeNull()
    expect(spreadOf([5, 2, 9])).toEqual({ low: 2, high: 9 })
    expect(spreadShare([90, 100, 120])).toBeCloseTo(0.3)
    expect(spreadShare([])).toBe(0)
    expect(spreadShare([0, 0])).toBe(0)
  })

  test('values stay in the order they came in', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('histograms', () => {
  const random = createRandom(11)
  const values = Array.from({ length: 30_000 }, () => 2 ** random.between(5, 34) + random.below(99))
  const record = (histogram: Histogram, list: readonly number[]) => {
    for (const value of list) histogram.recordValue(value)
    return histogram
  }

  test('merged ones are bit for bit the one that got every value', () => {
    const pooled = record(createLatencyHistogram(), values)
    const parts = [0, 1, 2].map((part) => values.filter((_, index) => index % 3 === part))
    const sent = parts.map((part) =>
      encodeIntoCompressedBase64(record(createLatencyHistogram(), part)),
    )
    const merged = mergeHistograms(sent.map(decodeHistogram))
    expect(encodeIntoCompressedBase64(merged)).toBe(encodeIntoCompressedBase64(pooled))
    expect(merged.totalCount).toBe(values.length)
  })

  test('percentiles are within a thousandth of the sorted values', () => {
    const sorted = [...values].sort((a, b) => a - b)
    const latency = latencyOf(record(createLatencyHistogram(), values))
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!
    const pairs = [
      [latency.p50, at(0.5)],
      [latency.p90, at(0.9)],
      [latency.p99, at(0.99)],
      [latency.p999, at(0.999)],
      [latency.max, sorted.at(-1)!],
      [latency.mean, sorted.reduce((sum, value) => sum + value) / sorted.length],
    ]
    for (const [quoted, real] of pairs) expect(Math.abs(quoted! / real! - 1)).toBeLessThan(0.001)
  })
})

/** Latencies are kept in HDR histograms: three significant digits, from 1 ns to 60 s. */
import { build, type Histogram } from 'hdr-histogram-js'

export const LATENCY_NS_MAX = 60e9

export const createLatencyHistogram = (): Histogram =>
  build({
    bitBucketSize: 32,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LATENCY_NS_MAX,
    numberOfSignificantValueDigits: 3,
  })

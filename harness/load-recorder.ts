/** What a phase of load adds up to: counts and histograms, nothing of how it came about. */
import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import { createLatencyHistogram, LATENCY_NS_MAX } from './load-histogram.ts'

export class LoadRecorder {
  readonly #latency = createLatencyHistogram()
  /** Null where service time is the latency: a closed loop on an open connection. */
  readonly #service: Histogram | null
  readonly #lag: Histogram | null
  readonly #keepsLatency: boolean
  #halfNs = 0
  messages = 0
  messagesFirstHalf = 0
  /** When the last reply was whole. */
  lastNs = 0

  constructor(keeps: { latency: boolean; service: boolean; lag: boolean }) {
    this.#keepsLatency = keeps.latency
    this.#service = keeps.service ? createLatencyHistogram() : null
    this.#lag = keeps.lag ? createLatencyHistogram() : null
  }

  /** A phase begins: counts start again, and latencies unless they continue. */
  begin(halfNs: number, isContinued = false): void {
    this.#halfNs = halfNs
    this.messages = 0
    this.messagesFirstHalf = 0
    if (isContinued) return
    for (const histogram of [this.#latency, this.#service, this.#lag]) histogram?.reset()
  }

  answered(count: number, latencyNs: number, serviceNs: number, atNs: number): void {
    if (this.#keepsLatency) {
      record(this.#latency, latencyNs, count)
      if (this.#service) record(this.#service, serviceNs, count)
    }
    this.messages += count
    if (atNs < this.#halfNs) this.messagesFirstHalf += count
    this.lastNs = atNs
  }

  /** A message went to the writer this long after it was due. */
  lagged(lagNs: number): void {
    if (this.#lag) record(this.#lag, lagNs, 1)
  }

  /** HDR V2, compressed, base64. */
  get histograms(): { histogram: string; serviceHistogram: string } {
    const histogram = encodeIntoCompressedBase64(this.#latency)
    const service = this.#service
    const serviceHistogram = service ? encodeIntoCompressedBase64(service) : histogram
    return { histogram, serviceHistogram }
  }

  latencyNsAt(percentile: number): number {
    return this.#latency.getValueAtPercentile(percentile)
  }

  get scheduleLagNsP99(): number | null {
    return this.#lag && this.#lag.totalCount > 0 ? this.#lag.getValueAtPercentile(99) : null
  }
}

/** What lies beyond the scale is kept as its end. Zero is not on it. */
const record = (histogram: Histogram, valueNs: number, count: number): void =>
  histogram.recordValueWithCount(Math.min(Math.max(1, Math.round(valueNs)), LATENCY_NS_MAX), count)

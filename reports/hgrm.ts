/** A histogram as HdrHistogram's percentile distribution, which its plotters read. */
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { BenchCell } from '../bench/result.ts'
import { parametersInWords } from './workload.ts'

/** Microseconds, as plotters expect. */
const NS_IN_A_UNIT = 1_000
const TICKS_PER_HALF_DISTANCE = 5

export interface PercentileFile {
  /** Without a folder: `3-varint-ping-pong-64-B-messages-one-in-flight-1-connection-latency.hgrm`. */
  readonly name: string
  readonly text: string
}

const slug = (text: string): string => text.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 60)

/** Two a cell, latency and service time; none for cells without a histogram. */
export const percentileFiles = (cells: readonly BenchCell[]): PercentileFile[] =>
  cells.flatMap((cell, index) => {
    const { subject, scenario } = cell
    const load = slug(parametersInWords(cell).replaceAll(',', ''))
    const of = { latency: cell.histogram, service: cell.serviceHistogram }
    return Object.entries(of).flatMap(([kind, encoded]) =>
      encoded === null
        ? []
        : [
            {
              name: `${index + 1}-${slug(subject)}-${scenario}-${load}-${kind}.hgrm`,
              text: distribution(encoded),
            },
          ],
    )
  })

const distribution = (encoded: string): string =>
  decodeFromCompressedBase64(encoded).outputPercentileDistribution(
    TICKS_PER_HALF_DISTANCE,
    NS_IN_A_UNIT,
  )

/** From launches to the cell that a result holds. Pure. */
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type { DatagramCounts, LoadFigures } from '../harness/load.ts'
import type { BenchCell, Launch } from './result.ts'
import type { Workload } from './scenario.ts'
import { decodeHistogram, latencyOf, mergeHistograms } from './stats/latency.ts'
import { median, spreadOf } from './stats/median.ts'
import { type BenchSubject, framingOf } from './subject.ts'
import { generatorShareOf, isGeneratorBound, warningsOf } from './warnings.ts'

/** A cell without its numbers: no launch was made, or one went wrong. */
export function struckCell(
  subject: BenchSubject,
  { scenario, parameters }: Workload,
  struck: BenchCell['struck'],
): BenchCell {
  const framing = framingOf(subject)
  return {
    subject: subject.name,
    framing: framing.id,
    scenario: scenario.id,
    parameters,
    messages: null,
    throughputPerSecond: null,
    throughputSpread: null,
    bytesPerSecond: null,
    offeredPerSecond: null,
    unsentMessages: null,
    latencyNs: null,
    serviceNs: null,
    latencyNsP50Spread: null,
    latencyNsP99Spread: null,
    histogram: null,
    serviceHistogram: null,
    cpuNsPerMessage: null,
    cpuNsPerMessageSpread: null,
    cpuSystemShare: null,
    runQueueNsPerMessage: null,
    rssBytesMax: null,
    contextSwitches: null,
    idleRssBytesPerConnection: null,
    unreadTakenBytes: null,
    datagrams: null,
    counts: null,
    overheadBytesPerMessage: framing.overheadBytes(parameters.messageBytes),
    generator: null,
    launches: [],
    conformant: struck === null,
    struck,
    warnings: [],
  }
}

/** `launchesWanted`: how many there would be if nothing had interrupted. At least one was made. */
export function measuredCell(
  subject: BenchSubject,
  workload: Workload,
  figures: readonly LoadFigures[],
  launchesWanted: number,
): BenchCell {
  const histograms = figures.map(({ histogram }) => decodeHistogram(histogram))
  const merged = mergeHistograms(histograms)
  const service = mergeHistograms(figures.map((one) => decodeHistogram(one.serviceHistogram)))
  // A load one way has no replies, and so no latency.
  const isTimed = merged.totalCount > 0
  const launches = figures.map((one, index): Launch => {
    const latency = latencyOf(histograms[index]!)
    return {
      messages: one.messages,
      durationNs: one.durationNs,
      throughputPerSecond: (one.messages / one.durationNs) * 1e9,
      latencyNsP50: isTimed ? latency.p50 : null,
      latencyNsP99: isTimed ? latency.p99 : null,
      cpuNsPerMessage: one.subject && one.subject.cpuNs / one.messages,
      ...(one.startedAtMs !== undefined && { startedAtMs: one.startedAtMs }),
    }
  })
  const rates = launches.map(({ throughputPerSecond }) => throughputPerSecond)
  const cpu = launches.map(({ cpuNsPerMessage }) => cpuNsPerMessage).filter((ns) => ns !== null)
  const used = figures.filter(({ subject }) => subject !== null)
  const cpuShare = generatorShareOf(figures)
  const scheduleLagNsP99 = median(numbersOf(figures, 'scheduleLagNsP99'))
  const { messageBytes, connections, depth } = workload.parameters
  return {
    ...struckCell(subject, workload, null),
    messages: launches.reduce((sum, { messages }) => sum + messages, 0),
    throughputPerSecond: median(rates),
    throughputSpread: spreadOf(rates),
    bytesPerSecond: median(rates)! * messageBytes,
    offeredPerSecond: median(numbersOf(figures, 'offeredPerSecond')),
    unsentMessages: figures.reduce((sum, { unsentMessages }) => sum + unsentMessages, 0),
    latencyNs: isTimed ? latencyOf(merged) : null,
    serviceNs: isTimed ? latencyOf(service) : null,
    latencyNsP50Spread: isTimed ? spreadOf(launches.map((one) => one.latencyNsP50!)) : null,
    latencyNsP99Spread: isTimed ? spreadOf(launches.map((one) => one.latencyNsP99!)) : null,
    histogram: isTimed ? encodeIntoCompressedBase64(merged) : null,
    serviceHistogram: isTimed ? encodeIntoCompressedBase64(service) : null,
    cpuNsPerMessage: median(cpu),
    cpuNsPerMessageSpread: spreadOf(cpu),
    cpuSystemShare: median(used.flatMap((one) => one.subject!.systemShare ?? [])),
    runQueueNsPerMessage: median(used.map((one) => one.subject!.runQueueNs / one.messages)),
    rssBytesMax: median(used.map((one) => one.subject!.rssBytesMax)),
    contextSwitches: median(used.map((one) => one.subject!.contextSwitches)),
    idleRssBytesPerConnection: median(numbersOf(figures, 'idleRssBytes')),
    unreadTakenBytes: median(numbersOf(figures, 'unreadTakenBytes')),
    datagrams: datagramsOf(figures),
    generator: { cpuShare, scheduleLagNsP99, bound: isGeneratorBound(figures) },
    launches,
    warnings: warningsOf(figures, launchesWanted, connections * depth),
  }
}

type NumberKey = 'offeredPerSecond' | 'idleRssBytes' | 'unreadTakenBytes' | 'scheduleLagNsP99'

const numbersOf = (figures: readonly LoadFigures[], key: NumberKey): number[] =>
  figures.flatMap((one) => one[key] ?? [])

/** Sums over the launches; what one launch could not see is not known of all. */
function datagramsOf(figures: readonly LoadFigures[]): BenchCell['datagrams'] {
  const counts = figures.flatMap(({ datagrams }) => datagrams ?? [])
  if (counts.length === 0) return null
  const sum = { ...counts[0]! }
  for (const one of counts.slice(1)) {
    for (const key of Object.keys(sum) as (keyof DatagramCounts)[]) {
      const [left, right] = [sum[key], one[key]]
      Object.assign(sum, { [key]: left === null || right === null ? null : left + right })
    }
  }
  return sum
}

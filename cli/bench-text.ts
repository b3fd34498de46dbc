/** A bench result on the console: one line a cell. */
import type { BenchCell, BenchResult, JointGenerator } from '../bench/result.ts'
import type { DatagramCounts } from '../harness/load.ts'
import { nagleParagraphs } from '../reports/nagle.ts'
import { BYTES, BYTES_PER_SECOND, COUNT, DURATION_NS, quantity, range } from '../reports/units.ts'
import { parametersInWords } from '../reports/workload.ts'
import { print, styled } from './console.ts'

export function printBench(result: BenchResult): void {
  const names = result.cells.map((cell) => cell.subject.length)
  const width = Math.max(0, ...names)
  const general = warningsOfAll(result)
  let heading = ''
  for (const cell of result.cells) {
    const title = `${cell.scenario}: ${parametersInWords(cell)}`
    if (title !== heading) print(styled('bold', title))
    heading = title
    print(`  ${cell.subject.padEnd(width)}  ${figures(cell)}`)
    for (const line of (cell.generators ?? []).map(generatorLine)) {
      print(`  ${' '.repeat(width)}  ${line}`)
    }
    for (const warning of cell.warnings.filter((one) => !general.includes(one)))
      print(`  ${' '.repeat(width)}  ${styled('yellow', warning)}`)
  }
  for (const paragraph of nagleParagraphs(result.cells, ({ subject }) => subject)) print(paragraph)
  for (const warning of general) print(styled('yellow', `All of this: ${warning}`))
  if (result.partial) print(styled('yellow', 'Interrupted: these results are not all.'))
}

function generatorLine(one: JointGenerator): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return [
    `generator ${one.shard}: ${quantity(one.throughputPerSecond, COUNT)} msg/s`,
    `from ${ms(one.beganAfterMs)} to ${ms(one.endedAfterMs)} after the start`,
    `clock ${one.clockOffsetMs.toFixed(2)} ms ±${one.clockErrorMs.toFixed(2)}`,
  ].join(', ')
}

/** What the machine did to all figures alike is said once. */
function warningsOfAll({ cells }: BenchResult): string[] {
  const [first, ...others] = cells.filter(({ conformant }) => conformant)
  if (!first || others.length === 0) return []
  return first.warnings.filter((one) => others.every(({ warnings }) => warnings.includes(one)))
}

function figures(cell: BenchCell): string {
  if (cell.struck)
    return `${styled('red', `no number: ${cell.struck.symptom}`)} (${cell.struck.detail})`
  const rate = cell.throughputPerSecond!
  const { low, high } = cell.throughputSpread!
  const { latencyNs, parameters } = cell
  const what = parameters.transfer === undefined ? 'msg' : 'file'
  return [
    `${quantity(rate, COUNT)} ${what}/s (${range(rate, low, high, COUNT)})`,
    quantity(cell.bytesPerSecond!, BYTES_PER_SECOND),
    ...(latencyNs
      ? [
          `p50 ${quantity(latencyNs.p50, DURATION_NS)}`,
          `p99 ${quantity(latencyNs.p99, DURATION_NS)}`,
        ]
      : []),
    cell.cpuNsPerMessage === null
      ? 'CPU not seen'
      : `CPU ${quantity(cell.cpuNsPerMessage, DURATION_NS)}/${what}`,
    ...peculiarFigures(cell),
  ].join('  ')
}

/** What only some scenarios measure. */
function peculiarFigures(cell: BenchCell): string[] {
  const { datagrams, unreadTakenBytes, rssBytesMax, idleRssBytesPerConnection } = cell
  const words: string[] = []
  if (cell.serviceNs && cell.serviceNs.p99 !== cell.latencyNs!.p99) {
    words.push(`(from sending: p99 ${quantity(cell.serviceNs.p99, DURATION_NS)})`)
  }
  if (idleRssBytesPerConnection !== null) {
    words.push(`${quantity(idleRssBytesPerConnection, BYTES)} for each idle connection`)
  }
  if (unreadTakenBytes !== null && rssBytesMax !== null) {
    const taken = quantity(unreadTakenBytes, BYTES)
    words.push(`${taken} taken unread, memory up to ${quantity(rssBytesMax, BYTES)}`)
  }
  if (datagrams) words.push(`lost ${datagrams.lost} of ${datagrams.sent}${whereLost(datagrams)}`)
  return words
}

function whereLost({ lost, droppedAtSubject, droppedAtGenerator }: DatagramCounts): string {
  if (lost === 0) return ''
  const known = (count: number | null) => count ?? 'unknown'
  return ` (full buffer at the subject: ${known(droppedAtSubject)}, at the generator: ${known(droppedAtGenerator)})`
}

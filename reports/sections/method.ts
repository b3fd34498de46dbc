/** How the figures came about: from the data where the data says it. */
import type { BenchCell } from '../../bench/result.ts'
import type { Environment } from '../../harness/environment.ts'
import { COUNT, DURATION_NS, percent, plural, quantity } from '../units.ts'
import { LAUNCHES_MIN } from '../visible-difference.ts'

/** `3`, or `2 to 5`. */
const fromTo = (values: readonly number[], write: (value: number) => string): string => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(write)
  return low === high ? low! : `${low} to ${high}`
}

const launchWords = (cells: readonly BenchCell[]): string => {
  const counts = cells.map(({ launches }) => launches.length)
  const lengths = cells.flatMap(({ launches }) => launches.map(({ durationNs }) => durationNs))
  const each = fromTo(counts, (count) => count.toLocaleString('en-US'))
  const seconds = fromTo(lengths, (durationNs) => quantity(durationNs, DURATION_NS))
  const noun = Math.max(...counts) === 1 ? 'launch' : 'launches'
  const few =
    Math.min(...counts) < LAUNCHES_MIN
      ? ` With fewer than ${LAUNCHES_MIN} launches nothing is said about differences.`
      : ''
  return (
    `Each cell is measured in ${each} ${noun} of fresh processes, ${seconds} each after a ` +
    'warm-up that is left out. The quoted figure is the median launch; the lowest and highest ' +
    `stand under it.${few}`
  )
}

const generatorWords = (cells: readonly BenchCell[], { cores }: Environment): string[] => {
  const generators = cells.flatMap(({ generator }) => (generator === null ? [] : [generator]))
  if (generators.length === 0) return []
  const place =
    cores > 1
      ? 'The load generator runs pinned to another core than the server.'
      : 'The load generator shares the only core with the server.'
  const shares = fromTo(
    generators.map(({ cpuShare }) => cpuShare),
    percent,
  )
  const bound = generators.filter((one) => one.bound).length
  const limit =
    bound === 0
      ? 'it was the limit in no cell'
      : `it was the limit in ${plural(bound, 'cell')}, marked ≥`
  return [`${place} It used ${shares} of its core; ${limit}.`]
}

const messageWords = (cells: readonly BenchCell[]): string => {
  const messages = cells.reduce((sum, cell) => sum + (cell.messages ?? 0), 0)
  return (
    'Latencies of all launches go into one HDR histogram with three significant digits: merged, ' +
    `never averaged. ${quantity(messages, COUNT)} messages were measured in all.`
  )
}

/** Bullets, each a sentence or two. Null where nothing was measured. */
export const methodSection = (
  cells: readonly BenchCell[],
  environment: Environment,
): string | null => {
  const measured = cells.filter(({ launches }) => launches.length > 0)
  if (measured.length === 0) return null
  const hasOpenLoop = measured.some(({ scenario }) => scenario === 'open-loop')
  const loop = hasOpenLoop
    ? 'Closed loop, but for `open-loop`: the next message goes out when a reply is there. In ' +
      '`open-loop` messages are due at fixed times, and latency runs from when each was due.'
    : 'Closed loop: the next message goes out when a reply is there, so latency here says ' +
      'nothing of a server under a load that does not wait for it.'
  const items = [
    'Right before fast: a cell gets a number only if every reply under that load was right, in ' +
      'count, order and content.',
    launchWords(measured),
    messageWords(measured),
    loop,
    ...generatorWords(measured, environment),
    'Two figures count as different if their launches do not overlap and the medians are further ' +
      'apart than the wider spread. With three launches that still calls two identical servers ' +
      'different about once in 20 comparisons; `framegate gate` is made for finer questions.',
    'CPU per message is user and system time of the server’s process tree.',
  ]
  return items.map((item) => `- ${item}`).join('\n')
}

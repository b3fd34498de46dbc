/** What the `nagle` scenario found, in a paragraph: is the delayed acknowledgement to be seen? */
import type { BenchCell } from '../bench/result.ts'
import { DURATION_NS, quantity } from './units.ts'

/** Delayed acknowledgements of Linux; other systems wait longer, up to 200 ms. */
const DELAYED_NS_MIN = 35e6
const DELAYED_NS_MAX = 220e6

const isDelayed = (ns: number): boolean => ns >= DELAYED_NS_MIN && ns <= DELAYED_NS_MAX

/** One paragraph a subject; none where the scenario was not measured both ways. */
export const nagleParagraphs = (
  cells: readonly BenchCell[],
  labelOf: (cell: BenchCell) => string,
): string[] => {
  const measured = cells.filter(({ scenario, latencyNs }) => scenario === 'nagle' && latencyNs)
  const joined = measured.filter(({ parameters }) => parameters.writes === 'joined')
  return joined.flatMap((one) => {
    const two = measured.find(
      ({ subject, framing, parameters }) =>
        subject === one.subject && framing === one.framing && parameters.writes === 'separate',
    )
    return two ? [paragraph(labelOf(one), one.latencyNs!.p50, two.latencyNs!.p50)] : []
  })
}

const paragraph = (label: string, oneNs: number, twoNs: number): string => {
  const [one, two] = [oneNs, twoNs].map((ns) => quantity(ns, DURATION_NS))
  const figures = `${label}: a round trip takes ${one} with head and message in one write, and ${two} in two (p50).`
  if (isDelayed(oneNs)) {
    return `${figures} Even joined requests wait: the server itself sends its replies in two small writes, and the second waits for the acknowledgement of the first. Join them, or set TCP_NODELAY.`
  }
  if (!isDelayed(twoNs)) {
    return `${figures} The delayed acknowledgement is not to be seen: the receiver acknowledged at once, or the system does not hold small writes back.`
  }
  const factor = Math.round(twoNs / Math.max(1, oneNs)).toLocaleString('en-US')
  return `${figures} That is ${factor} times as long, and the 40 ms are nobody’s work: Nagle’s algorithm holds the second small write back until the first is acknowledged, and the receiver, which has nothing to answer yet, acknowledges late. Write head and message together, or set TCP_NODELAY.`
}

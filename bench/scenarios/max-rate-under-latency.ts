/**
 * CLAIM     How much a server carries while its clients hardly wait.
 * MEASURES  The highest constant rate at which 99 of 100 messages are answered within 1 ms of when
 *           they were due, found by halving between nothing and what a closed loop reaches.
 * RUN       framegate bench length-prefixed --scenario max-rate-under-latency
 */
import type { LoadFigures, LoadOutcome } from '../../harness/load.ts'
import { type Drive, defineScenario } from '../scenario.ts'
import { decodeHistogram } from '../stats/latency.ts'

/** Halvings: the rate is found to a 32nd of saturation. */
const LOOKS = 5

export const maxRateUnderLatency = defineScenario({
  id: 'max-rate-under-latency',
  claim: 'Highest constant rate with 99 of 100 messages answered in time',
  requires: ['boundary/two-frames-one-write', 'integrity/sequence-numbers'],
  messageBytes: [64, 64],
  connections: [2, 10],
  depth: [1, 1],
  parameters: { latencyNsP99Max: 1e6 },
  drive: search,
})

async function search(drive: Drive): Promise<LoadOutcome> {
  const saturated = await drive.load({})
  if (saturated.kind === 'failed') return saturated
  let [low, high] = [0, (saturated.messages / saturated.durationNs) * 1e9]
  let best: LoadFigures | null = null
  let last: LoadFigures = saturated
  for (let look = 0; look < LOOKS; look++) {
    const ratePerSecond = Math.max(1, Math.round((low + high) / 2))
    const outcome = await drive.load({ loop: { kind: 'open', ratePerSecond } })
    if (outcome.kind === 'failed') return outcome
    last = outcome
    const isInTime = keeps(outcome, drive.parameters.latencyNsP99Max!)
    if (isInTime) best = outcome
    if (isInTime) low = ratePerSecond
    else high = ratePerSecond
  }
  return best ?? { ...last, isOverBound: true }
}

const keeps = ({ histogram, unsentMessages }: LoadFigures, boundNs: number): boolean =>
  unsentMessages === 0 && decodeHistogram(histogram).getValueAtPercentile(99) <= boundNs

/**
 * CLAIM     How long clients wait that do not wait for each other.
 * MEASURES  Latency from when each message was due, at half of what a closed loop reached just
 *           before, or at --rate. A server that stops for a while makes every message late that is
 *           due meanwhile; a closed loop would have sent one less and called it one slow reply.
 * RUN       framegate bench length-prefixed --scenario open-loop --rate 5000 --duration 10000
 */
import type { LoadOutcome } from '../../harness/load.ts'
import { type Drive, defineScenario } from '../scenario.ts'

export const openLoop = defineScenario({
  id: 'open-loop',
  claim: 'Latency at a constant rate, from when each message was due',
  isStandard: true,
  isOpen: true,
  requires: ['boundary/two-frames-one-write', 'integrity/sequence-numbers'],
  messageBytes: [64, 64],
  connections: [2, 10],
  // Of the closed loop that finds out what a share is a share of.
  depth: [1, 1],
  parameters: { rateShare: 0.5 },
  drive: atShareOfSaturation,
})

async function atShareOfSaturation(drive: Drive): Promise<LoadOutcome> {
  const { rateShare, ratePerSecond } = drive.parameters
  if (ratePerSecond !== undefined) return drive.load({})
  const saturated = await drive.load({})
  if (saturated.kind === 'failed') return saturated
  const share = (saturated.messages / saturated.durationNs) * 1e9 * rateShare!
  return drive.load({ loop: { kind: 'open', ratePerSecond: Math.max(1, Math.round(share)) } })
}

/**
 * CLAIM     Head and message in two small writes cost a delayed acknowledgement.
 * MEASURES  Round trips with Nagle's algorithm on, head and message joined in one write and as two.
 *           The second write waits until the first is acknowledged; the other side has nothing to
 *           answer yet and acknowledges late, after 40 ms on Linux. A server that is slow in the
 *           joined half, too, writes its replies so.
 * RUN       framegate bench length-prefixed --scenario nagle
 */
import { defineScenario } from '../scenario.ts'

export const nagle = defineScenario({
  id: 'nagle',
  claim: 'One write against two, with Nagle’s algorithm on',
  requires: ['boundary/one-frame'],
  messageBytes: [64, 64],
  connections: [1, 1],
  depth: [1, 1],
  parameters: { writes: 'separate' },
  variants: [{ writes: 'joined' }, { writes: 'separate' }],
  measuredMsMin: 1_000,
  smokeMessagesMax: 8,
})

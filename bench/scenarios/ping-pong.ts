/**
 * CLAIM     How long a client waits for one small reply, with nothing else going on.
 * MEASURES  Round trips of 64 B, one in flight on one connection: mostly system calls and wake-ups,
 *           so what a framing adds to them is what can be seen.
 * RUN       framegate bench length-prefixed --scenario ping-pong
 */
import { defineScenario } from '../scenario.ts'

export const pingPong = defineScenario({
  id: 'ping-pong',
  claim: 'Round trip of one small message, nothing else in flight',
  isStandard: true,
  requires: ['boundary/one-frame', 'integrity/all-byte-values'],
  messageBytes: [64, 64],
  connections: [1, 1],
  depth: [1, 1],
  sweep: { messageBytes: [16, 64, 1024, 16_384, 65_536] },
})

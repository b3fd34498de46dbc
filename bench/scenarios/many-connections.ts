/**
 * CLAIM     What it costs to serve many clients at once instead of one.
 * MEASURES  Round trips of 64 B on 1, 10, 100 and 1,000 connections, one in flight on each: how
 *           much of the rate of few connections is left with many.
 * RUN       framegate bench length-prefixed --scenario many-connections --connections 100
 */
import { defineScenario } from '../scenario.ts'

export const manyConnections = defineScenario({
  id: 'many-connections',
  claim: 'Small messages per second from many clients at once',
  requires: ['boundary/one-frame', 'boundary/two-connections-interleaved'],
  messageBytes: [64, 64],
  connections: [20, 100],
  depth: [1, 1],
  variants: [{ connections: 1 }, { connections: 10 }, { connections: 100 }, { connections: 1000 }],
})

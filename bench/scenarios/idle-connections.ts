/**
 * CLAIM     What connections cost that say nothing.
 * MEASURES  Resident memory that each of 10,000 idle connections adds, and the round trips of one
 *           busy connection beside them; the same without them, to compare with.
 * RUN       framegate bench length-prefixed --scenario idle-connections
 */
import { defineScenario } from '../scenario.ts'

export const idleConnections = defineScenario({
  id: 'idle-connections',
  claim: 'Memory of each idle connection, and how much they slow a busy one',
  requires: ['boundary/one-frame', 'boundary/two-connections-interleaved'],
  messageBytes: [64, 64],
  connections: [1, 1],
  depth: [1, 1],
  parameters: { idle: 50 },
  variants: [{ idle: 0 }, { idle: 10_000 }],
})

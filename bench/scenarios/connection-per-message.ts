/**
 * CLAIM     What connecting anew for every message costs.
 * MEASURES  Connect, one message of 64 B, its reply, close; latency from the start of connecting,
 *           service time from when the connection stood. Beside ping-pong it says why connections
 *           are kept, which is what makes framing necessary.
 * RUN       framegate bench length-prefixed --scenario connection-per-message
 */
import { defineScenario } from '../scenario.ts'

export const connectionPerMessage = defineScenario({
  id: 'connection-per-message',
  claim: 'Round trips with a connection for each message',
  requires: ['boundary/one-frame', 'lifecycle/fin-between-frames'],
  messageBytes: [64, 64],
  connections: [2, 4],
  depth: [1, 1],
  parameters: { reconnect: true },
})

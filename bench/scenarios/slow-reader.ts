/**
 * CLAIM     A client that does not read must cost a bounded amount of memory, and nobody else.
 * MEASURES  Round trips on one connection while another sends up to 64 MiB and reads nothing: the
 *           subject's memory, how much it took before it pushed back, and how the first connection
 *           fares. At the end the other one reads, and every reply has to be there.
 * RUN       framegate bench length-prefixed --scenario slow-reader
 */
import { defineScenario } from '../scenario.ts'

const KIB = 1024

export const slowReader = defineScenario({
  id: 'slow-reader',
  claim: 'Memory, and another client’s round trips, while one client does not read',
  requires: ['boundary/one-frame', 'sending/slow-reader-32mib'],
  messageBytes: [4 * KIB, 4 * KIB],
  messageBytesMin: 64,
  connections: [1, 1],
  depth: [1, 1],
  parameters: { unread: 1 },
})

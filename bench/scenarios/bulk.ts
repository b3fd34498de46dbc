/**
 * CLAIM     How fast large messages go through.
 * MEASURES  Bytes per second of 8 MiB messages, two in flight: copies and memory, not system calls.
 *           A subject that takes less gets the largest message it takes, down to 16 KiB.
 * RUN       framegate bench length-prefixed --scenario bulk --size 16MiB
 */
import { defineScenario } from '../scenario.ts'

const KIB = 1024

export const bulk = defineScenario({
  id: 'bulk',
  claim: 'Bytes per second of large messages',
  isStandard: true,
  requires: ['boundary/largest-message', 'sending/slow-reader-32mib', 'integrity/random-megabyte'],
  messageBytes: [256 * KIB, 8 * KIB * KIB],
  messageBytesMin: 16 * KIB,
  connections: [1, 1],
  depth: [2, 2],
  sweep: { messageBytes: [65_536, 1024 * KIB, 64 * KIB * KIB] },
})

/**
 * CLAIM     How many small messages one connection carries when the client does not wait.
 * MEASURES  Messages per second of 64 B with so many in flight that the subject always has work;
 *           many frames share a read here, so this is where splitting them costs.
 *           --sweep goes through sizes from 16 B to 64 KiB.
 * RUN       framegate bench length-prefixed --scenario pipelined --size 1KiB --depth 128
 */
import { defineScenario } from '../scenario.ts'

export const pipelined = defineScenario({
  id: 'pipelined',
  claim: 'Small messages per second when the client does not wait for replies',
  isStandard: true,
  requires: [
    'boundary/two-frames-one-write',
    'boundary/thousand-tiny-frames',
    'integrity/sequence-numbers',
  ],
  messageBytes: [64, 64],
  connections: [1, 1],
  depth: [16, 4096],
  inFlightBytesMax: 4 * 1024 * 1024,
  sweep: { messageBytes: [16, 64, 1024, 16_384, 65_536] },
})

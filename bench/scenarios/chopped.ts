/**
 * CLAIM     What it costs when frames arrive in pieces.
 * MEASURES  The same bytes, 16 messages of 4 KiB in flight, in writes of 1 B to 64 KiB. How the
 *           kernel cuts them is its own affair: the smaller the writes, the more reads and the more
 *           frames that straddle two of them.
 * RUN       framegate bench length-prefixed --scenario chopped
 */
import { defineScenario } from '../scenario.ts'

export const chopped = defineScenario({
  id: 'chopped',
  claim: 'The same messages in small and in large writes',
  requires: ['boundary/one-frame', 'boundary/every-byte-apart', 'integrity/sequence-numbers'],
  messageBytes: [64, 4096],
  connections: [1, 1],
  depth: [4, 16],
  parameters: { writeBytesMax: 1 },
  variants: [1, 16, 256, 4096, 65_536].map((writeBytesMax) => ({ writeBytesMax })),
  measuredMsMin: 400,
})

/**
 * CLAIM     How fast a server reads, when it has nothing to answer.
 * MEASURES  Bytes per second one way, 128 KiB messages: what iperf3 measures, with framing. Takes
 *           a subject that only reads; ours are started so.
 * RUN       framegate bench length-prefixed --scenario sink
 */
import { defineScenario } from '../scenario.ts'

const KIB = 1024

export const sink = defineScenario({
  id: 'sink',
  claim: 'Bytes per second one way, to a server that only reads',
  requires: [],
  service: 'sink',
  messageBytes: [16 * KIB, 128 * KIB],
  messageBytesMin: 16,
  connections: [1, 1],
  depth: [1, 1],
})

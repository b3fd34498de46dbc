/**
 * CLAIM     How many datagrams survive at a constant rate, and where the others went.
 * MEASURES  sent = received + lost, duplicates and order, by a number in each message. The kernel
 *           says which of the lost ones found a full buffer, at the subject or at the generator.
 * RUN       framegate bench udp-echo --scenario udp-rate --rate 5000,50000
 */
import { defineScenario } from '../scenario.ts'

export const udpRate = defineScenario({
  id: 'udp-rate',
  claim: 'Datagrams that survive at a constant rate',
  isOpen: true,
  service: 'datagrams',
  requires: ['udp/one-datagram', 'udp/identical-datagrams'],
  messageBytes: [64, 64],
  connections: [1, 1],
  depth: [1, 1],
  parameters: { ratePerSecond: 2_000 },
  variants: [{ ratePerSecond: 1_000 }, { ratePerSecond: 10_000 }],
})

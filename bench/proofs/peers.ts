/**
 * Our server beside others, launch by launch in turns.
 *
 * RUN  bun bench/proofs/peers.ts 15     (rounds; 9 by default)
 */
import type { WorkloadParameters } from '../scenario.ts'
import { holdRatio, launchOnce, ours, peer, rateOf, ratioOf, sayNoise } from './proof.ts'

const rounds = Number(process.argv[2] ?? 9)

const compared: [
  what: string,
  id: string,
  scenario: string,
  Partial<WorkloadParameters>,
  number,
][] = [
  ['ping-pong 64 B', 'c-epoll', 'ping-pong', {}, 0.95],
  ['100 connections', 'c-epoll', 'many-connections', { connections: 100 }, 0.95],
  ['ping-pong 64 KiB', 'c-epoll', 'ping-pong', { messageBytes: 64 * 1024 }, 0.95],
  ['pipelined 64 B', 'c-epoll', 'pipelined', {}, 0.8],
  ['pipelined 64 B', 'node-net', 'pipelined', {}, 2],
]

await sayNoise()
for (const [what, id, scenario, asked, goal] of compared) {
  const of = (subject: ReturnType<typeof ours>) => async () =>
    rateOf(await launchOnce(subject, scenario, asked))
  const ratio = await ratioOf(rounds, of(ours()), of(peer(id)))
  holdRatio(`length-prefixed against ${id}, ${what}`, ratio, goal)
}

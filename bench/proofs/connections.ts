/**
 * 10,000 connections that say nothing: what each costs in memory, and what they cost a busy one.
 *
 * RUN  bun bench/proofs/connections.ts
 */
import { hold, holdRatio, launchOnce, ours, rateOf, ratioOf, sayNoise } from './proof.ts'

const IDLE = 10_000
const BYTES_MAX = 8 * 1024
const rounds = Number(process.argv[2] ?? 5)

await sayNoise()
const bytes: number[] = []
const busy = async (idle: number): Promise<number> => {
  const figures = await launchOnce(ours(), 'idle-connections', { idle })
  if (idle > 0) bytes.push(figures.idleRssBytes ?? Number.POSITIVE_INFINITY)
  return rateOf(figures)
}
const ratio = await ratioOf(
  rounds,
  () => busy(IDLE),
  () => busy(0),
)
const most = Math.max(...bytes)
hold('memory of each idle connection', `${Math.round(most)} B, goal 8 KiB`, most <= BYTES_MAX)
holdRatio('rate of a busy one beside them', ratio, 0.9)

/** What the proofs share: who is measured, and how a figure is held against its goal. */

import type { LoadFigures } from '../../harness/load.ts'
import { preflight } from '../../harness/preflight.ts'
import { measure } from '../measure.ts'
import { findPeer } from '../peers/registry.ts'
import { findScenario } from '../registry.ts'
import { type WorkloadParameters, workloadOf } from '../scenario.ts'
import { median } from '../stats/median.ts'
import type { BenchSubject } from '../subject.ts'

const MESSAGE_BYTES_MAX = 64 * 1024 * 1024
export const SEED = 1
/** Longer than the bench's: what is compared is what stays, not how soon code gets compiled. */
const WARM_UP_MS = 2_500

export const ours = (name = 'length-prefixed', framing = 'i32le'): BenchSubject => ({
  name,
  framing,
  messageBytesMax: MESSAGE_BYTES_MAX,
  target: {
    kind: 'started',
    spec: { kind: 'implementation', serve: { name, framing }, transport: 'tcp' },
  },
})

export function peer(id: string): BenchSubject {
  const { framing, command } = findPeer(id)!
  const spec = {
    kind: 'exec',
    command: command(),
    readyPattern: null,
    transport: 'tcp',
  } as const
  return {
    name: id,
    framing,
    messageBytesMax: MESSAGE_BYTES_MAX,
    target: { kind: 'started', spec },
  }
}

/** One fresh launch. Throws where the subject is wrong. */
export async function launchOnce(
  subject: BenchSubject,
  scenario: string,
  asked: Partial<WorkloadParameters> = {},
  measuredMs = 500,
): Promise<LoadFigures> {
  const workload = workloadOf(findScenario(scenario)!, 'full', asked)
  const extents = { warmUp: { durationMs: WARM_UP_MS }, measured: { durationMs: measuredMs } }
  const outcome = await measure({ subject, workload, extents, seed: SEED })
  if (outcome.kind === 'failed') throw new Error(`${subject.name}: ${outcome.detail}`)
  return outcome
}

export const rateOf = ({ messages, durationNs }: LoadFigures): number =>
  (messages / durationNs) * 1e9

/**
 * The median of the ratios of neighbours: the two take turns, with the other first each time, so
 * that what slows the machine down for a while slows both.
 */
export async function ratioOf(
  rounds: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<{ ratio: number; low: number; high: number }> {
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const isFirst = round % 2 === 0
    const one = await (isFirst ? first() : second())
    const other = await (isFirst ? second() : first())
    ratios.push(isFirst ? one / other : other / one)
  }
  return { ratio: median(ratios)!, low: Math.min(...ratios), high: Math.max(...ratios) }
}

/** What is missed on a noisy machine says nothing. */
export async function sayNoise(): Promise<void> {
  for (const warning of await preflight()) console.log(`noisy   ${warning}`)
}

/** Nothing was measured: the process ends with 3, unless a goal was missed. */
export function notShown(what: string, why: string): void {
  console.log(`open    ${what}: ${why}`)
  process.exitCode ||= 3
}

/** Says it, and makes the process end with 1 where the goal was missed. */
export function hold(what: string, said: string, isMet: boolean): void {
  console.log(`${isMet ? 'met   ' : 'MISSED'}  ${what}: ${said}`)
  if (!isMet) process.exitCode = 1
}

export const holdRatio = (
  what: string,
  { ratio, low, high }: { ratio: number; low: number; high: number },
  goal: number,
): void =>
  hold(
    what,
    `${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}), goal ${goal} or more`,
    ratio >= goal,
  )

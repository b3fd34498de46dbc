/** One contender, once: right before fast, and right still when it was fast. */
import type { Contender, Pass } from './contender.ts'
import type { MicroCase } from './micro-case.ts'
import { makeTape, type Tape } from './tape.ts'
import { timePass } from './time-pass.ts'

export interface ContenderPlan {
  case: string
  contender: string
  frames: number
  frameBytes: number
  warmUpMs: number
  measuredMs: number
}

export interface ContenderOutcome {
  framesPerSecond: number | null
  /** What was not as it had been sent; then there is no number. */
  wrong: string | null
}

export async function runContender(
  microCase: MicroCase,
  contender: Contender,
  plan: ContenderPlan,
): Promise<ContenderOutcome> {
  const tape = makeTape({ ...plan, ...contender })
  const pass = await contender.open(tape)
  const wrong = await findWrong(pass, tape, microCase.makes)
  if (wrong !== null) return { framesPerSecond: null, wrong }
  const passNs = await timePass(pass, microCase.tool, plan)
  const wrongAfter = await findWrong(pass, tape, microCase.makes)
  if (wrongAfter !== null) return { framesPerSecond: null, wrong: `afterwards: ${wrongAfter}` }
  return { framesPerSecond: (plan.frames / passNs) * 1e9, wrong: null }
}

async function findWrong(
  pass: Pass,
  { messages, stream }: Tape,
  makes: MicroCase['makes'],
): Promise<string | null> {
  const kept: Uint8Array[] = []
  await pass(kept)
  if (makes === 'stream') return stream.equals(Buffer.concat(kept)) ? null : 'another stream'
  if (kept.length !== messages.length) {
    return `${kept.length} messages instead of ${messages.length}`
  }
  const index = messages.findIndex((message, at) => !message.equals(kept[at]!))
  return index < 0 ? null : `message ${index} is another`
}

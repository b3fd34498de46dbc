/** From the gates of a subject to what they show together. Pure. */
import { shareInterval } from '../../stats/binomial.ts'
import { CONFIDENCE } from '../decide.ts'
import { predict } from './predict.ts'
import type { CalibratedSubject, CalibrationGate, Rate } from './result.ts'

const PREDICTED_EFFECTS: readonly number[] = [0, 0.03, 0.05, 0.1]
const PREDICTED_GATES = 2_000

/** With rates and predictions of all its gates. */
export async function summarized(
  subject: CalibratedSubject,
  { alpha, seed }: { alpha: number; seed: number },
): Promise<CalibratedSubject> {
  const { gates } = subject
  const predictions = await predict({
    gates: gates.filter(({ effect }) => effect === 0),
    effects: PREDICTED_EFFECTS,
    alpha,
    count: PREDICTED_GATES,
    seed,
  })
  return { ...subject, rates: ratesOf(gates), predictions }
}

export function ratesOf(gates: readonly CalibrationGate[]): Rate[] {
  const effects = [...new Set(gates.map(({ effect }) => effect))].sort((a, b) => a - b)
  return effects.map((effect) => {
    const same = gates.filter((gate) => gate.effect === effect)
    const count = (verdict: CalibrationGate['verdict']) =>
      same.filter((gate) => gate.verdict === verdict).length
    const regressed = count('regressed')
    const [low, high] = shareInterval(regressed, same.length, CONFIDENCE)
    const inconclusive = count('inconclusive')
    return { effect, gates: same.length, regressed, inconclusive, low, high }
  })
}

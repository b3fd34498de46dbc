/**
 * How much longer than on an idle machine of our time does work take here and now? Deadlines are
 * multiplied by it: a busy or slow machine must not make a right server look stuck.
 */
import { nowMs } from './clock.ts'

const STEPS = 8_000_000
const WARM_UP_STEPS = 200_000
/** What the steps take where nothing else runs, on a core of today's servers. */
const NOMINAL_MS = 14
const SCALE_MAX = 10
/** A machine is not as busy for ever: what was measured is as good for so long. */
const AGE_MS_MAX = 10_000

let scale = 1
let measuredMs = Number.NEGATIVE_INFINITY

/** 1 on an idle machine, up to 10; measured anew every now and then. */
export function machineTimeScale(): number {
  if (nowMs() - measuredMs < AGE_MS_MAX) return scale
  work(WARM_UP_STEPS)
  const from = nowMs()
  work(STEPS)
  measuredMs = nowMs()
  scale = scaleFrom(measuredMs - from)
  return scale
}

/** From the time that the steps took, in two decimals. */
export const scaleFrom = (tookMs: number): number =>
  Math.round(100 * Math.min(SCALE_MAX, Math.max(1, tookMs / NOMINAL_MS))) / 100

/** Needs a core and nothing else: neither memory nor the kernel. */
function work(steps: number): number {
  let state = 1
  for (let i = 0; i < steps; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
  }
  return state
}

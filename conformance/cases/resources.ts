/** What cases ask about the subject's descriptors, memory and CPU time. */
import { nowMs, pauseMs } from '../../harness/clock.ts'
import type { Launched } from '../../harness/launch.ts'
import { until } from '../../harness/reactor.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { counted } from './bytes.ts'
import { creeps, goesOn, grows, standsStill } from './creep.ts'

/** Descriptors of ended connections are given back within this time. */
const RELEASE_MS_MAX = 1_000
/** Enough for a heap of which nothing is collected before it has grown by dozens of MiB. */
const STRETCHES = 24
/** So many show a leak as well, where there is no time for more. */
const STRETCHES_MIN = 9
const TIME_LEFT_MS_MIN = 5_000
const ROUNDS_PER_STRETCH = 3
/** A leak may fill for a while what is collected meanwhile, and not show. */
const CALM_STRETCHES = 3

/** Open descriptors of the subject; null where the system does not tell. */
export const descriptorsOf = (trial: Trial): number | null =>
  trial.process?.holdings()?.descriptors ?? null

/** Memory of the subject in bytes, what its processes share counted once. */
export const memoryOf = (trial: Trial): number => trial.process!.memoryBytes()

/** CPU time that the subject has used so far, in nanoseconds. */
export const cpuNsOf = (trial: Trial): number => trial.process!.usage()!.cpuNs

/** CPU time that it has used or waited for: what it wanted, however busy the machine is. */
function wantedNsOf(trial: Trial): number {
  const { cpuNs, runQueueNs } = trial.process!.usage()!
  return cpuNs + runQueueNs
}

/** Share of one core that the subject wants while it is left alone for so long. */
export async function cpuShare(trial: Trial, windowMs: number): Promise<number> {
  const fromNs = wantedNsOf(trial)
  const fromMs = nowMs()
  await pauseMs(windowMs)
  return (wantedNsOf(trial) - fromNs) / 1e6 / (nowMs() - fromMs)
}

/**
 * Repeats `round`, and fails when memory grows by more than `bytesMax` with every one, for good.
 * Runtimes that collect late go up and down: what counts is the floor of several rounds.
 */
export async function mustLevelOff(
  trial: Trial,
  process: Launched,
  bytesMax: number,
  what: string,
  round: () => Promise<void>,
) {
  // The first round fills what is kept for reuse.
  await round()
  const sizes: number[] = []
  const floors: number[] = []
  let calm = 0
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const from = sizes.length
    for (let i = 0; i < ROUNDS_PER_STRETCH; i++) {
      await round()
      sizes.push(process.memoryBytes())
    }
    const these = sizes.slice(from)
    const floor = Math.min(...these)
    if (stretch === 0 && Math.max(...these) - floor < bytesMax) return
    // What was garbage at first is used again later: the second stretch may hide a leak. From then
    // on a leak shows as growth in proportion; half of that is what collectors put off.
    const since = stretch - 1
    const grown = floor - (floors[1] ?? floor)
    const isCalm = stretch >= 3 && grown < (since * ROUNDS_PER_STRETCH * bytesMax) / 2
    calm = isCalm ? calm + 1 : 0
    if (calm === CALM_STRETCHES) return
    floors.push(floor)
    if (trial.timeLeftMs >= TIME_LEFT_MS_MIN) continue
    if (stretch >= STRETCHES_MIN) break
    throw new Inconclusive(
      `Growth of memory could not be told from garbage in ${stretch} stretches.`,
    )
  }
  throw growth(sizes, what, 1)
}

function growth(sizes: readonly number[], what: string, digits: number): CaseFailure {
  const told = sizes.map((size) => (size / 2 ** 20).toFixed(digits)).join(', ')
  return new CaseFailure('leak', `Memory grows with every ${what}; in MiB: ${told}.`)
}

const WASHES = 4
const WASH_BYTES = 8 * 2 ** 20
const WASH_MESSAGE_BYTES = 32_768
/** Less than a collector that puts off lets pile up in one wash. */
const STILL_BYTES_MAX = 3 * 2 ** 20
/** A server that keeps nothing has shown it after so many. */
const CREEP_ROUNDS_MIN = 16
const CREEP_ROUNDS = 40
const CREEP_ROUNDS_TELLING = 8
const CREEP_ROUNDS_JUDGED = 25

/**
 * Fails when every `round` adds a little to the memory, for long. Only where memory stands still
 * under messages does a little mean anything: a collector that puts off may add the same for long.
 */
export async function mustNotCreep(
  trial: Trial,
  process: Launched,
  what: string,
  round: () => Promise<void>,
) {
  // The first one fills what is kept for reuse; the first round as well.
  await wash(trial, process)
  const washed: number[] = []
  for (let i = 1; i < WASHES; i++) {
    await wash(trial, process)
    washed.push(process.memoryBytes())
  }
  if (!standsStill(washed, STILL_BYTES_MAX)) return
  await round()
  const sizes: number[] = []
  while (sizes.length < CREEP_ROUNDS && trial.timeLeftMs > TIME_LEFT_MS_MIN) {
    await round()
    sizes.push(process.memoryBytes())
    if (sizes.length >= CREEP_ROUNDS_MIN && !grows(sizes.slice(-CREEP_ROUNDS_TELLING))) return
  }
  // At first a leak fills what others have left free; with fewer rounds nothing is proven.
  const isProven = sizes.length >= CREEP_ROUNDS_MIN + CREEP_ROUNDS_TELLING
  const judged = sizes.slice(-CREEP_ROUNDS_JUDGED)
  if (!isProven || !creeps(judged)) return
  // Connections that are collected late look the same. Messages make a collector run, and what it
  // frees is used first: only what is never freed goes on at the same pace at once.
  for (let i = 0; i < WASHES; i++) await wash(trial, process)
  const after: number[] = []
  for (let i = 0; i <= CREEP_ROUNDS_TELLING; i++) {
    await round()
    after.push(process.memoryBytes())
  }
  if (goesOn(judged, after)) throw growth([...sizes, ...after], what, 2)
}

/** 8 MiB of messages, one at a time: what short writes lose is for other cases to find. */
async function wash(trial: Trial, process: Launched): Promise<void> {
  const size = trial.atMost(WASH_MESSAGE_BYTES)
  const dialogue = await trial.open({ process })
  for (let i = 0; i < WASH_BYTES / size; i++) {
    await dialogue.send(dialogue.owing(counted(i, size)), true)
    await dialogue.replies()
  }
  dialogue.peer.close()
}

/** Fails when the subject keeps more than `before` descriptors after `what`. */
export async function mustRelease(trial: Trial, before: number | null, what: string) {
  if (before === null) return
  const released = () => descriptorsOf(trial)! <= before
  if (await until(released, nowMs() + Math.min(RELEASE_MS_MAX, trial.timeLeftMs))) return
  const kept = descriptorsOf(trial)! - before
  throw new CaseFailure('leak', `After ${what}, ${kept} more descriptors are open than before.`)
}

const STOP_MS_MAX = 8_000

/** Fails when the instance does not end with status 0 after its SIGTERM. */
export async function mustEndCleanly(trial: Trial, instance: Launched): Promise<void> {
  await until(() => !instance.running, nowMs() + Math.min(STOP_MS_MAX, trial.timeLeftMs))
  const { ended } = instance
  if (ended?.code === 0) return
  const how = ended ? `ended with ${ended.signal ?? `status ${ended.code}`}` : 'was still there'
  throw new CaseFailure(
    'exit-code',
    `After SIGTERM the server ${how}; it has to end with status 0 within ${STOP_MS_MAX / 1_000} s.`,
  )
}

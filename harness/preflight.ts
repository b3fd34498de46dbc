/** A short look at the machine before anything is measured: is it quiet enough for figures? */
import { loadavg } from 'node:os'
import { nowMs, pauseMs } from './clock.ts'
import { CORES, onCore } from './cores.ts'
import { type CpuTimes, readCpuTimes } from './environment.ts'
import { type LoopbackLook, lookAtLoopback } from './loopback-look.ts'

/** Long enough for a few ticks of /proc/stat, which counts in hundredths of a second. */
const IDLE_LOOK_MS = 500
/** On each core, one after the other; nothing else of this process goes on meanwhile. */
const BUSY_LOOK_MS = 150
const TICK_MS = 1
const LOAD_PER_CORE_MAX = 0.75
/** Shares of all cores. */
const BUSY_SHARE_MAX = 0.1
const STEAL_SHARE_MAX = 0.01
/** How late a timer of 1 ms may be in 95 of 100 cases; a quiet machine stays far below. */
const LATENESS_MS_P95_MAX = 1
/** Of the time in which a program wants to run: others have the core. */
const RUN_QUEUE_SHARE_MAX = 0.05
/** The slowest of 1,000 round trips over loopback; on a quiet machine it is a tenth of a ms. */
const ROUND_TRIP_MS_P999_MAX = 0.5

/** What was seen. Shares are null where the system does not tell. */
export interface Noise {
  loadPerCore: number
  /** Time of all cores that went to others than this process, 0 to 1. */
  busyShare: number | null
  stealShare: number | null
  latenessMsP95: number
  /** Of the worst core. */
  runQueueShare: number | null
  roundTripMsP50: number
  roundTripMsP999: number
}

/** Looks for 0.8 s. Empty when nothing speaks against measuring now. */
export async function preflight(): Promise<string[]> {
  return warningsOf(await look())
}

async function look(): Promise<Noise> {
  const before = readCpuTimes()
  const own = process.cpuUsage()
  const startMs = nowMs()
  const lateness: number[] = []
  while (nowMs() < startMs + IDLE_LOOK_MS) {
    const dueMs = nowMs() + TICK_MS
    await pauseMs(TICK_MS)
    lateness.push(nowMs() - dueMs)
  }
  const { user, system } = process.cpuUsage(own)
  const ownShare = (user + system) / 1000 / (nowMs() - startMs) / CORES
  lateness.sort((a, b) => a - b)
  const idle = {
    loadPerCore: loadavg()[0]! / CORES,
    ...shares(before, readCpuTimes(), ownShare),
    latenessMsP95: lateness[Math.floor(lateness.length * 0.95)]!,
  }
  return { ...idle, ...busyLook() }
}

/** The two cores that a measurement takes: what others do on one of them is in its figures. */
function busyLook(): LoopbackLook {
  const cores = [0, 1].slice(0, CORES)
  const looks = cores.map((core) => onCore(core, () => lookAtLoopback(BUSY_LOOK_MS)))
  return looks.reduce((worst, look) => ({
    runQueueShare:
      worst.runQueueShare === null || look.runQueueShare === null
        ? null
        : Math.max(worst.runQueueShare, look.runQueueShare),
    roundTripMsP50: Math.max(worst.roundTripMsP50, look.roundTripMsP50),
    roundTripMsP999: Math.max(worst.roundTripMsP999, look.roundTripMsP999),
  }))
}

function shares(
  before: CpuTimes | null,
  after: CpuTimes | null,
  ownShare: number,
): Pick<Noise, 'busyShare' | 'stealShare'> {
  if (!before || !after || after.total === before.total)
    return { busyShare: null, stealShare: null }
  const total = after.total - before.total
  const busy = total - (after.idle - before.idle)
  return {
    busyShare: Math.max(0, busy / total - ownShare),
    stealShare: (after.steal - before.steal) / total,
  }
}

/** Pure: what a person should know of it. */
export function warningsOf(noise: Noise): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const warnings: string[] = []
  if (noise.loadPerCore > LOAD_PER_CORE_MAX) {
    warnings.push(`load average is ${noise.loadPerCore.toFixed(2)} per core: something else runs`)
  }
  if (noise.busyShare !== null && noise.busyShare > BUSY_SHARE_MAX) {
    warnings.push(`other processes use ${percent(noise.busyShare)} of the cores right now`)
  }
  if (noise.stealShare !== null && noise.stealShare > STEAL_SHARE_MAX) {
    warnings.push(`the hypervisor takes ${percent(noise.stealShare)} of the time away`)
  }
  if (noise.latenessMsP95 > LATENESS_MS_P95_MAX) {
    const lateness = noise.latenessMsP95.toFixed(1)
    warnings.push(`timers come up to ${lateness} ms late: expect long tails`)
  }
  if (noise.runQueueShare !== null && noise.runQueueShare > RUN_QUEUE_SHARE_MAX) {
    const waited = `a program with work waits for its core ${percent(noise.runQueueShare)} of the time`
    warnings.push(`${waited}: others run there`)
  }
  if (noise.roundTripMsP999 > ROUND_TRIP_MS_P999_MAX) {
    const { roundTripMsP50, roundTripMsP999 } = noise
    const usual = `a round trip over loopback takes ${(roundTripMsP50 * 1000).toFixed(0)} µs`
    warnings.push(`${usual}, but one of 1,000 takes ${roundTripMsP999.toFixed(1)} ms`)
  }
  return warnings
}

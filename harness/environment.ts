/** What a result was measured on: without it a number means nothing. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import packageJson from '../package.json' with { type: 'json' }
import { machineTimeScale } from './time-scale.ts'

/** A working tree on a slow disk must not hold up a run. */
const GIT_MS_MAX = 5_000

export interface Environment {
  framegate: string
  bun: string
  platform: string
  kernel: string
  cpuModel: string
  cores: number
  memoryBytes: number
  /** Commit of the checkout, and whether it had uncommitted changes; null outside a checkout. */
  commit: string | null
  dirty: boolean | null
  /** Load average over one minute when the run began. */
  load1: number
  /** Share of CPU time the hypervisor took since boot, 0 to 1; null where it cannot be seen. */
  stealShare: number | null
  /** What deadlines are multiplied by, measured when the run began: 1 on an idle machine. */
  timeScale: number
  /** ISO 8601, UTC. */
  startedAt: string
  /** Seed of every random choice in this run. */
  seed: number
}

/** Looks at this machine and at the checkout in the working directory. */
export function detectEnvironment(seed: number): Environment {
  const processors = cpus()
  return {
    framegate: packageJson.version,
    bun: Bun.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpuModel: processors[0]?.model.trim() || 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    ...checkout(),
    load1: loadavg()[0]!,
    stealShare: stealShare(),
    timeScale: machineTimeScale(),
    startedAt: new Date().toISOString(),
    seed,
  }
}

function checkout(): Pick<Environment, 'commit' | 'dirty'> {
  const commit = git('rev-parse', 'HEAD')
  if (commit === null) return { commit: null, dirty: null }
  const changes = git('status', '--porcelain', '--untracked-files=no')
  return { commit, dirty: changes === null ? null : changes !== '' }
}

/** Null without git, outside a checkout, or before the first commit. */
function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: GIT_MS_MAX,
    }).trim()
  } catch {
    // No git, or it refused: there is no checkout to name.
    return null
  }
}

/** Jiffies of all cores since boot; null where the system does not tell. */
export interface CpuTimes {
  total: number
  idle: number
  steal: number
}

export function readCpuTimes(): CpuTimes | null {
  let text: string
  try {
    text = readFileSync('/proc/stat', 'utf8')
  } catch {
    // Not Linux.
    return null
  }
  // cpu  user nice system idle iowait irq softirq steal; guest times are part of user's.
  const times = text.split('\n', 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number)
  const total = times.reduce((sum, jiffies) => sum + jiffies, 0)
  return { total, idle: times[3]! + times[4]!, steal: times[7] ?? 0 }
}

function stealShare(): number | null {
  const times = readCpuTimes()
  return times && times.total > 0 ? times.steal / times.total : null
}

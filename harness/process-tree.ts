/** What the kernel knows of a process group: who is in it, state, CPU time, memory, descriptors. */

import { ptr } from 'bun:ffi'
import { readdirSync, readFileSync } from 'node:fs'
import { IS_LINUX } from '../posix/constants.ts'
import { linux } from '../posix/libc.ts'
import { nowMs } from './clock.ts'

const PAGE_BYTES = 4096
/** Of the times in /proc/<pid>/stat, on every Linux that Bun runs on. */
const TICK_NS = 1e7

/** A file of a process that may end at any moment: null then. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone between listing and reading: it has ended, which is what null says.
    return null
  }
}

/** Fields of /proc/<pid>/stat behind the name, which may itself contain spaces and brackets. */
function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

const digits = /^\d+$/
/** State of a process that has ended and is not waited for, a zombie. */
const ENDED = 'Z'

/** The group of each process that was looked at; a number may come to mean another process. */
const groups = new Map<number, number>()
const GROUPS_AGE_MS_MAX = 1_000
let groupsSinceMs = 0

/** Every process of the group, forked children included. Empty when all have ended. */
export function groupMembers(processGroup: number): number[] {
  if (!IS_LINUX) return [processGroup]
  const now = nowMs()
  if (now - groupsSinceMs > GROUPS_AGE_MS_MAX) {
    groups.clear()
    groupsSinceMs = now
  }
  return processNumbers().filter((pid) => isMember(pid, processGroup))
}

const processNumbers = (): number[] =>
  IS_LINUX
    ? readdirSync('/proc')
        .filter((entry) => digits.test(entry))
        .map(Number)
    : []

const isMember = (pid: number, processGroup: number): boolean => {
  const state = stateWithin(pid, processGroup)
  return state !== null && state !== ENDED
}

/** Processes of the group that have ended, and for which their parent has not waited. */
export const endedMembers = (processGroup: number): number =>
  processNumbers().filter((pid) => stateWithin(pid, processGroup) === ENDED).length

/** Null when it is in another group: nobody joins from outside, only its leader once did. */
function stateWithin(pid: number, processGroup: number): string | null {
  const known = groups.get(pid)
  if (known !== undefined && known !== processGroup && pid !== processGroup) return null
  const text = readOrNull(`/proc/${pid}/stat`)
  if (!text) return null
  const [state, , group] = statFields(text)
  groups.set(pid, Number(group))
  return Number(group) === processGroup ? state! : null
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    // The process has ended.
    return []
  }
}

export interface Usage {
  /** User and system time, nanoseconds; threads and awaited children that ended count too. */
  cpuNs: number
  /** The two apart, in ticks of the kernel: good for a share, too coarse for a sum. */
  userTicks: number
  systemTicks: number
  /** Time that living threads spent ready to run but waiting for a core, nanoseconds. */
  runQueueNs: number
  rssBytes: number
  /** Highest resident set so far, bytes (the kernel's VmHWM, summed over processes). */
  rssBytesMax: number
  /** Voluntary and involuntary together, of living threads. */
  contextSwitches: number
  /** The same two by thread, so that one which ends takes nothing off a difference. */
  threads: Map<string, { runQueueNs: number; contextSwitches: number }>
  descriptors: number
}

/** Sums over the processes; null where the system does not tell. */
export function usage(pids: readonly number[]): Usage | null {
  if (!IS_LINUX) return null
  const sum: Usage = {
    cpuNs: 0, userTicks: 0, systemTicks: 0, runQueueNs: 0, contextSwitches: 0,
    rssBytes: 0, rssBytesMax: 0, descriptors: 0, threads: new Map(),
  } // biome-ignore format: a table
  for (const pid of pids) {
    addTimes(sum, pid)
    for (const thread of threads(pid)) addThread(sum, pid, thread)
    const status = readOrNull(`/proc/${pid}/status`) ?? ''
    sum.rssBytesMax += 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0)
    sum.rssBytes += residentBytesOf(pid)
    sum.descriptors += descriptorsOf(pid) ?? 0
  }
  return sum
}

/** CPU time of a process and of its children that it has waited for. Null when it has ended. */
function timesOf(pid: number): Pick<Usage, 'cpuNs' | 'userTicks' | 'systemTicks'> | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  if (!text) return null
  // utime stime cutime cstime, of the 14th to the 17th field.
  const [user, system, childUser, childSystem] = statFields(text).slice(11, 15).map(Number)
  return {
    userTicks: user! + childUser!,
    systemTicks: system! + childSystem!,
    cpuNs: processCpuNs(pid) + (childUser! + childSystem!) * TICK_NS,
  }
}

function addTimes(sum: Usage, pid: number): void {
  const times = timesOf(pid)
  if (!times) return
  sum.userTicks += times.userTicks
  sum.systemTicks += times.systemTicks
  sum.cpuNs += times.cpuNs
}

/** `cpuNs` of `usage` alone, at a fraction of what that costs. Null where it is not told. */
export const groupCpuNs = (processGroup: number): number | null =>
  IS_LINUX
    ? groupMembers(processGroup).reduce((sum, pid) => sum + (timesOf(pid)?.cpuNs ?? 0), 0)
    : null

function addThread(sum: Usage, pid: number, thread: string): void {
  const [, wait] = (readOrNull(`/proc/${pid}/task/${thread}/schedstat`) ?? '0 0').split(' ')
  const status = readOrNull(`/proc/${pid}/task/${thread}/status`) ?? ''
  let contextSwitches = 0
  for (const match of status.matchAll(/ctxt_switches:\s+(\d+)/g))
    contextSwitches += Number(match[1])
  sum.runQueueNs += Number(wait)
  sum.contextSwitches += contextSwitches
  sum.threads.set(`${pid}/${thread}`, { runQueueNs: Number(wait), contextSwitches })
}

/**
 * The kernel's own clock of a process, to the nanosecond: all its threads, those that have ended
 * included, which /proc/<pid>/task has forgotten. 0 when it has ended.
 */
function processCpuNs(pid: number): number {
  const time = new BigInt64Array(2)
  // clock_getcpuclockid(3) makes it so: the complement of the pid, then CPUCLOCK_SCHED.
  const clock = (~pid << 3) | 2
  if (linux!.clock_gettime(clock, ptr(time)) !== 0) return 0
  return Number(time[0]) * 1e9 + Number(time[1])
}

/** CPU time of all living processes, nanoseconds: `usage` costs several times as much to ask. */
export const cpuNs = (pids: readonly number[]): number =>
  IS_LINUX ? pids.reduce((sum, pid) => sum + processCpuNs(pid), 0) : 0

/**
 * Memory of these processes, bytes. What forked processes share is counted once: a server that
 * forks for every client would otherwise seem to need its whole self for each.
 */
export function memoryBytes(pids: readonly number[]): number {
  let sum = 0
  for (const pid of pids) {
    const proportional = /^Pss:\s+(\d+)/m.exec(readOrNull(`/proc/${pid}/smaps_rollup`) ?? '')?.[1]
    sum += proportional ? 1024 * Number(proportional) : residentBytesOf(pid)
  }
  return sum
}

export interface Holdings {
  /** Null where a process may not be looked into: it holds capabilities, or is not dumpable. */
  descriptors: number | null
  rssBytes: number
}

/** What the processes hold; null where the system does not tell. */
export function holdings(pids: readonly number[]): Holdings | null {
  if (!IS_LINUX) return null
  const sum: Holdings = { descriptors: 0, rssBytes: 0 }
  for (const pid of pids) {
    const descriptors = descriptorsOf(pid)
    if (descriptors === null || sum.descriptors === null) sum.descriptors = null
    else sum.descriptors += descriptors
    sum.rssBytes += residentBytesOf(pid)
  }
  return sum
}

function residentBytesOf(pid: number): number {
  const pages = (readOrNull(`/proc/${pid}/statm`) ?? '0 0').split(' ')[1]
  return PAGE_BYTES * Number(pages)
}

/** Null for a process that is not ours to look into; one that has ended has none. */
function descriptorsOf(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM' ? null : 0
  }
}

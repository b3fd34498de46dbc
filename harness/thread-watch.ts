/**
 * States of all threads of some processes, asked again and again while a case waits for them to
 * come to rest. The files that tell stay open: opening them anew is most of what a look costs.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { IS_LINUX } from '../posix/constants.ts'

/** The letter behind the name, which has at most 15 characters, some of them escaped. */
const STAT_HEAD_BYTES = 128
const CLOSING_BRACKET = 0x29
/** Of a server with a thread or process for every client not all files are kept open. */
const OPEN_FILES_MAX = 256
const head = Buffer.alloc(STAT_HEAD_BYTES)

interface Threads {
  /** Changes with the number of threads: a look at it tells when to list them anew. */
  links: number
  /** By thread; null where it is read by name. */
  files: Map<string, number | null>
}

export class ThreadWatch {
  readonly #processes = new Map<number, Threads>()
  #open = 0

  /** True when every thread is in one of these states, letters of proc(5): R, S, D, T … */
  areAll(pids: readonly number[], states: string): boolean {
    if (!IS_LINUX) return true
    for (const pid of this.#processes.keys()) if (!pids.includes(pid)) this.#forget(pid)
    return pids.every((pid) => this.#areAllOf(pid, states))
  }

  [Symbol.dispose](): void {
    for (const pid of this.#processes.keys()) this.#forget(pid)
  }

  #areAllOf(pid: number, states: string): boolean {
    for (;;) {
      const threads = this.#threadsOf(pid)
      if (!threads) return true
      const answer = this.#answer(pid, threads, states)
      if (answer !== null) return answer
      // One has ended, and another may have begun: their number says nothing then.
      this.#forget(pid)
    }
  }

  /** Null when a thread has ended since they were listed. */
  #answer(pid: number, { files }: Threads, states: string): boolean | null {
    for (const [thread, file] of files) {
      const state = file === null ? stateByName(pid, thread) : stateIn(file)
      if (state === null) return null
      if (!states.includes(state)) {
        // It is asked first the next time: who runs, runs for a while.
        const others = [...files].filter(([other]) => other !== thread)
        this.#processes.get(pid)!.files = new Map([[thread, file], ...others])
        return false
      }
    }
    return true
  }

  /** Null when the process has ended. */
  #threadsOf(pid: number): Threads | null {
    const folder = `/proc/${pid}/task`
    try {
      const links = statSync(folder).nlink
      const known = this.#processes.get(pid)
      if (known?.links === links) return known
      this.#forget(pid)
      const listed: Threads = { links, files: new Map() }
      this.#processes.set(pid, listed)
      for (const thread of readdirSync(folder)) listed.files.set(thread, this.#fileOf(pid, thread))
      return listed
    } catch {
      // Gone between two looks at it: it has ended, which is what null says.
      this.#forget(pid)
      return null
    }
  }

  #fileOf(pid: number, thread: string): number | null {
    if (this.#open >= OPEN_FILES_MAX) return null
    try {
      const file = openSync(`/proc/${pid}/task/${thread}/stat`, 'r')
      this.#open++
      return file
    } catch {
      // It has ended meanwhile, which reading it by name tells as well.
      return null
    }
  }

  #forget(pid: number): void {
    for (const file of this.#processes.get(pid)?.files.values() ?? []) {
      if (file === null) continue
      closeSync(file)
      this.#open--
    }
    this.#processes.delete(pid)
  }
}

/** Null when the thread has ended. */
function stateIn(file: number): string | null {
  try {
    return stateOf(head, readSync(file, head, 0, STAT_HEAD_BYTES, 0))
  } catch {
    // ESRCH: it has ended.
    return null
  }
}

function stateByName(pid: number, thread: string): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/stat`)
    return stateOf(text, Math.min(text.length, STAT_HEAD_BYTES))
  } catch {
    // ENOENT, ESRCH: it has ended.
    return null
  }
}

/** `12 (a name) S 1 …`: the letter behind the last bracket. */
function stateOf(text: Buffer, length: number): string {
  const bracket = text.lastIndexOf(CLOSING_BRACKET, length - 1)
  return String.fromCharCode(text[bracket + 2]!)
}

/**
 * Processes that run the suite over several subjects side by side. One process speaks to one
 * subject at a time, and keeps a core of its own busy while it does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EvidenceKeeper } from '../conformance/evidence.ts'
import type { CaseResult } from '../conformance/result.ts'
import { CORES } from '../harness/cores.ts'
import { HarnessError } from '../harness/errors.ts'
import type { CrewJob, FromCrew, ToCrew } from './crew-messages.ts'

/** Half of a run is waiting: for replies that may still come, and for subjects to rest. */
export const CREW_SIZE = 2 * CORES

const ENTRY = fileURLToPath(new URL('./crew-member.ts', import.meta.url))

export class Crew {
  readonly #members: readonly Member[]
  readonly #idle: Member[]
  readonly #signal: AbortSignal
  readonly #stop = () => {
    for (const member of this.#members) member.stop()
  }

  /** When the signal is aborted, what is under way ends early, and what is finished is kept. */
  constructor(size: number, signal: AbortSignal) {
    this.#members = Array.from({ length: size }, () => new Member())
    this.#idle = [...this.#members]
    this.#signal = signal
    signal.addEventListener('abort', this.#stop)
  }

  get size(): number {
    return this.#members.length
  }

  /** No more jobs at a time than there are members. Throws HarnessError. */
  async run(
    job: Omit<CrewJob, 'evidence'>,
    onCase: (result: CaseResult) => void,
    keeper?: EvidenceKeeper,
  ): Promise<CaseResult[]> {
    if (this.#signal.aborted) return []
    const member = this.#idle.pop()!
    const results = await member.run({ ...job, evidence: wantedBy(keeper) }, onCase, keeper)
    this.#idle.push(member)
    return results
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop)
    this.#stop()
    await Promise.all(this.#members.map(({ exited }) => exited))
  }
}

class Member {
  readonly #child: ChildProcess
  readonly exited: Promise<void>

  constructor() {
    // The name of its launcher makes it end when this process is killed outright.
    const env = { ...process.env, FRAMEGATE_LAUNCHER: String(process.pid) }
    this.#child = spawn(process.execPath, [ENTRY], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      env,
    })
    this.exited = new Promise((resolve) => this.#child.once('exit', () => resolve()))
  }

  run(
    job: CrewJob,
    onCase: (result: CaseResult) => void,
    keeper: EvidenceKeeper | undefined,
  ): Promise<CaseResult[]> {
    const results: CaseResult[] = []
    return new Promise((resolve, reject) => {
      const end = (error: HarnessError | Error | null) => {
        this.#child.removeListener('message', hear)
        this.#child.removeListener('exit', isGone)
        if (error) reject(error)
        else resolve(results)
      }
      const isGone = () => {
        if (this.#stopped) end(null)
        else end(new HarnessError('crew-failed', GONE))
      }
      const hear = (message: FromCrew) => {
        if (message === 'finished') return end(null)
        if ('failed' in message) return end(errorOf(message.failed))
        if ('kept' in message) return keeper?.keep(message.kept, message.evidence)
        results.push(message.result)
        onCase(message.result)
      }
      this.#child.on('message', hear)
      this.#child.on('exit', isGone)
      this.#tell({ job })
    })
  }

  #stopped = false

  stop(): void {
    this.#stopped = true
    if (this.#child.connected) this.#tell('stop')
  }

  #tell(message: ToCrew): void {
    this.#child.send(message)
  }
}

function wantedBy(keeper: EvidenceKeeper | undefined): CrewJob['evidence'] {
  if (!keeper) return 'of nothing'
  return keeper.ofPasses ? 'of all' : 'of what did not pass'
}

const GONE =
  'A process that ran a part of the suite ended before it was done. Run it again with --jobs 1; when that works, please report it.'

const errorOf = ({ message, code }: { message: string; code: HarnessError['code'] | null }) =>
  code === null ? new Error(message) : new HarnessError(code, message)

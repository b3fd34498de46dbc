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
  constructor(size: number, signal: AbortSignal, bun: string = process.execPath) {
    this.#members = Array.from({ length: size }, () => new Member(bun))
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
  /** Resolves with why it never began, or with null once it has ended. */
  readonly exited: Promise<Error | null>
  #stopped = false

  constructor(bun: string) {
    // The name of its launcher makes it end when this process is killed outright.
    const env = { ...process.env, FRAMEGATE_LAUNCHER: String(process.pid) }
    this.#child = spawn(bun, [ENTRY], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      env,
    })
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve(null))
      // One that cannot start never exits. Later errors are of words to one that has ended.
      this.#child.on('error', resolve)
    })
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
        if (error) reject(error)
        else resolve(results)
      }
      const isGone = (error: Error | null) => {
        if (error) end(new HarnessError('crew-failed', notStarted(error)))
        else if (this.#stopped) end(null)
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
      this.exited.then(isGone)
      this.#tell({ job })
    })
  }

  stop(): void {
    this.#stopped = true
    this.#tell('stop')
  }

  /** Who is not there is not told; that it is gone comes out of `exited`. */
  #tell(message: ToCrew): void {
    if (this.#child.connected) this.#child.send(message)
  }
}

function wantedBy(keeper: EvidenceKeeper | undefined): CrewJob['evidence'] {
  if (!keeper) return 'of nothing'
  return keeper.ofPasses ? 'of all' : 'of what did not pass'
}

const notStarted = ({ message }: Error): string =>
  `A process that runs a part of the suite could not be started: ${message}. With --jobs 1 there are none; when it is a limit, see ulimit -u and -n.`

const GONE =
  'A process that ran a part of the suite ended before it was done. Run it again with --jobs 1; when that works, please report it.'

const errorOf = ({ message, code }: { message: string; code: HarnessError['code'] | null }) =>
  code === null ? new Error(message) : new HarnessError(code, message)

/** Runs the load generator as a process of its own, and ends it in every case. */
import type { ChildProcess } from 'node:child_process'
import { onCore } from './cores.ts'
import { HarnessError } from './errors.ts'
import type { LateStart, LoadEvent, LoadOutcome, LoadPlan } from './load.ts'
import { OutputTail } from './output-tail.ts'
import { spawnGuarded } from './spawn-guarded.ts'
import { releaseGroup } from './warden.ts'

export interface GeneratorOptions {
  /** Pins it to this core: another one than the subject's. */
  core?: number
  /** Ends it at once; `generate` then throws HarnessError `interrupted`. */
  signal?: AbortSignal
  /** The warm-up is over. Tests act on the subject then. */
  onMeasuring?(): void
}

/** Beyond the plan's own deadline, for its start and its result. */
const GRACE_MS = 10_000

/** Throws HarnessError `generator-failed` when it ends without an outcome, or `interrupted`. */
export async function generate(
  plan: LoadPlan,
  options: GeneratorOptions = {},
): Promise<LoadOutcome> {
  const { signal } = options
  if (signal?.aborted) throw interrupted()
  const entry = new URL('./generator-main.ts', import.meta.url).pathname
  const argv = [process.execPath, entry, JSON.stringify(plan)]
  const child = onCore(options.core, () => spawnGuarded(argv))
  const end = () => killGroup(child.pid!)
  const timer = setTimeout(end, plan.deadlineMs + GRACE_MS)
  signal?.addEventListener('abort', end)
  try {
    const outcome = await outcomeOf(child, options)
    if (signal?.aborted) throw interrupted()
    return outcome
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    end()
    releaseGroup(child.pid!)
  }
}

async function outcomeOf(child: ChildProcess, options: GeneratorOptions): Promise<LoadOutcome> {
  const { promise: outcome, resolve, reject } = Promise.withResolvers<LoadOutcome>()
  const said = new OutputTail()
  let line = ''
  child.stdout!.setEncoding('utf8')
  child.stdout!.on('data', (text: string) => {
    const lines = (line + text).split('\n')
    line = lines.pop()!
    for (const complete of lines) {
      const event = JSON.parse(complete) as LoadEvent
      if (event.kind === 'measuring') options.onMeasuring?.()
      else if (event.kind === 'late') reject(late(event))
      else resolve(event)
    }
  })
  child.stderr!.on('data', (chunk: Uint8Array) => said.push('stderr', chunk))
  // Behind a result it changes nothing any more.
  child.once('close', (code, signal) => {
    if (options.signal?.aborted) return reject(interrupted())
    const how = signal ? `was ended by ${signal}` : `exited with status ${code}`
    const tail = said.text().trim().slice(-2000)
    const text = `The load generator ${how} without a result. ${tail && `It said:\n${tail}`}`
    reject(new HarnessError('generator-failed', text.trim()))
  })
  return outcome
}

const late = ({ byMs }: LateStart) =>
  new HarnessError(
    'late-start',
    `The load generator was ready ${Math.ceil(byMs)} ms after the agreed start: nothing was measured. Agree on a later one.`,
  )

const interrupted = () => new HarnessError('interrupted', 'The measurement was interrupted.')

function killGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL')
  } catch {
    // ESRCH: it has ended by itself.
  }
}

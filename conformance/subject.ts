/** The program under test of one lane: started at first use, and again after it has ended. */
import { nowMs } from '../harness/clock.ts'
import { HarnessError } from '../harness/errors.ts'
import { type Launched, launch, type SubjectSpec } from '../harness/launch.ts'
import { until } from '../harness/reactor.ts'
import { isListening } from '../harness/readiness.ts'
import { resolveHost } from '../harness/resolve.ts'
import { type Address, formatAddress } from '../posix/address.ts'
import { ResourceWatch } from './resource-watch.ts'

/** The end of a dying process is reported within this time. */
const DEATH_MS_MAX = 2_000
/** So long without a thread that runs: none is on its way out. */
const ASLEEP_MS = 150
/** A server for one connection that has not ended so long after it will not end. */
const END_MS_MAX = 500

export type Target = { kind: 'started'; spec: SubjectSpec } | { kind: 'connect'; address: Address }

/** Nobody there at the start is no verdict on a server; nobody there later is one. */
async function reach(wanted: Address): Promise<Address> {
  const address = await resolveHost(wanted)
  if (isListening(address)) return address
  const where = formatAddress(wanted)
  const what = `Nobody listens on ${where}. Start the server first, or let --exec start it.`
  throw new HarnessError('subject-unreachable', what)
}

export class Subject {
  readonly target: Target
  readonly watch = new ResourceWatch()
  process: Launched | null = null
  /** Has this process been connected to? */
  connected = false
  readonly #signal: AbortSignal
  #reached: Address | null = null
  /** Does it end after one connection? Null until it has been seen. */
  #endsItself: boolean | null = null

  constructor(target: Target, signal: AbortSignal) {
    this.target = target
    this.#signal = signal
  }

  /** Known once `ensure()` has been awaited. */
  get address(): Address {
    return this.process?.address ?? this.#reached!
  }

  /** True once it has been started or reached: that it cannot be any more is a verdict then. */
  get wasThere(): boolean {
    return this.process !== null || this.#reached !== null
  }

  /** Our own servers listen where they are told; a command does when it says where that goes. */
  get takesHost(): boolean {
    const { target } = this
    if (target.kind === 'connect') return false
    return target.spec.kind === 'implementation' || target.spec.command.includes('{host}')
  }

  async ensure(): Promise<void> {
    if (this.process?.running) return
    if (this.target.kind === 'connect') {
      this.#reached ??= await reach(this.target.address)
      return
    }
    await this.process?.kill()
    this.process = await launch(this.target.spec, { signal: this.#signal })
    this.connected = false
  }

  /**
   * Ready for another connection. One for a single connection may end with it: whether this one
   * does is seen once, and from then on waited for.
   */
  async ready(): Promise<void> {
    const { process } = this
    if (process && this.connected && this.#endsItself !== false) {
      const within = this.#endsItself ? DEATH_MS_MAX : END_MS_MAX
      await until(() => !process.running, nowMs() + within)
      this.#endsItself = !process.running
    }
    await this.ensure()
  }

  /**
   * A process that dies closes its connections before its end is reported. Waits until it has
   * ended, or plainly has not: no thread is on its way out, and it listens, or does nothing at all.
   */
  async settled(): Promise<void> {
    const { process, address } = this
    if (!process) return
    let ranMs = nowMs()
    const isDecided = () => {
      if (!process.running) return true
      if (!process.sleeps()) {
        ranMs = nowMs()
        return false
      }
      // A server for one client has closed its door, and waits for that client.
      return isListening(address) || nowMs() - ranMs >= ASLEEP_MS
    }
    await until(isDecided, nowMs() + DEATH_MS_MAX)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process?.kill()
  }
}

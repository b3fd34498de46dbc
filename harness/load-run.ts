/**
 * Load that is echoed, inside the generator's process: connects, then goes through phases.
 *
 * Each phase begins and ends with nothing in flight, so that what the subject used between the two
 * belongs to exactly the messages counted.
 */
import { parseFraming } from '../wire/index.ts'
import { nowMs, nowNs } from './clock.ts'
import { putHelpersBack } from './helper-threads.ts'
import type { Extent, LoadFailure, LoadPlan } from './load.ts'
import { type BystanderFigures, LoadBystanders } from './load-bystanders.ts'
import { LoadConnection, type LoadPace } from './load-connection.ts'
import { LoadReactor } from './load-reactor.ts'
import { LoadRecorder } from './load-recorder.ts'
import { failure, notConnected } from './load-reply.ts'
import { depthOf, LoadSchedule, lateNsMax } from './load-schedule.ts'
import { LoadSocket } from './load-sockets.ts'
import { LoadTape } from './load-tape.ts'

const WATCH_MS = 100
/** Connections that are being opened at a time: servers' backlogs are short. */
const OPENING_MAX = 100

/** Throws FramingError and FramingOptionError for a plan that no subject could keep. */
export class LoadRun implements LoadPace {
  readonly #plan: LoadPlan
  readonly #reactor = new LoadReactor()
  readonly #connections: LoadConnection[] = []
  readonly #bystanders: LoadBystanders
  readonly #deadlineAtMs: number
  readonly recorder: LoadRecorder
  /** Open loop: messages that were due and not sent. */
  unsentMessages = 0
  /** Why it is over. The first failure counts: what follows is a consequence. */
  failure: LoadFailure | null = null

  /** The phase that is going on. */
  #isPhaseOver = true
  #schedule: LoadSchedule | null = null
  #messagesLeft = 0
  #sendUntilNs = 0
  #inFlight = 0

  #opened = 0
  #movedBytes = 0
  #movedAtMs = nowMs()

  constructor(plan: LoadPlan) {
    this.#plan = plan
    const framing = parseFraming(plan.framing, { messageBytesMax: plan.messageBytesMax })
    const { messageBytes, connections, seed, loop, manner = {} } = plan
    const depth = depthOf(plan)
    for (let connection = 0; connection < connections; connection++) {
      const tape = new LoadTape({ framing, messageBytes, connections, depth, connection, seed })
      const options = { framing, tape, connection, depth, manner, pace: this }
      this.#connections.push(new LoadConnection(options))
    }
    this.recorder = new LoadRecorder({
      latency: plan.keepsLatency ?? true,
      service: loop.kind === 'open' || manner.reconnect === true,
      lag: loop.kind === 'open',
    })
    const fail = (reason: LoadFailure) => this.failed(reason)
    this.#bystanders = new LoadBystanders(plan, framing, this.#reactor, fail)
    this.#deadlineAtMs = nowMs() + plan.deadlineMs
  }

  /** False when the run has failed. */
  connect(): boolean {
    putHelpersBack()
    if (!this.#plan.manner?.reconnect) this.#connectAll()
    if (!this.failure) this.#bystanders.connect(OPENING_MAX)
    return !this.failure
  }

  #connectAll(): void {
    const connections = this.#connections
    const { stallMs } = this.#plan
    for (let begun = 0; begun <= connections.length; begun++) {
      const stillOpening = begun === connections.length ? 0 : OPENING_MAX - 1
      const isTurn = () => this.failure !== null || begun - this.#opened <= stillOpening
      if (!this.#reactor.until(isTurn, nowMs() + stallMs)) this.failed(notConnected(stallMs))
      if (this.failure) return
      if (begun < connections.length) this.#open(connections[begun]!, () => this.#opened++)
    }
  }

  #open(connection: LoadConnection, opened: () => void): void {
    const { address, manner } = this.#plan
    const events = {
      opened: (socket: LoadSocket) => {
        connection.socket = socket
        opened()
      },
      data: (chunk: Uint8Array) => connection.data(chunk),
      drain: () => connection.drain(),
      closed: (why?: string) => {
        if (why) this.failed(failure('closed-early', why))
        else connection.closed()
      },
    }
    connection.socket = LoadSocket.open(this.#reactor, address, events, manner?.nagle)
  }

  renew(connection: LoadConnection): void {
    if (this.failure) return
    const startNs = nowNs()
    connection.socket?.terminate()
    this.#open(connection, () => connection.renewed(startNs))
  }

  /**
   * Sends for the extent, then waits for what is in flight. False when the run has failed.
   * `isContinued`: its latencies join those of the phase before.
   */
  phase(extent: Extent, isContinued = false): boolean {
    const startNs = nowNs()
    const durationNs = 'durationMs' in extent ? extent.durationMs * 1e6 : Number.POSITIVE_INFINITY
    this.#messagesLeft = 'messages' in extent ? extent.messages : Number.POSITIVE_INFINITY
    this.#sendUntilNs = startNs + durationNs
    this.recorder.begin(startNs + durationNs / 2, isContinued)
    this.#isPhaseOver = false
    this.#movedAtMs = nowMs()
    const { loop } = this.#plan
    if (loop.kind === 'open') this.#beginSchedule(loop.ratePerSecond, startNs, durationNs)
    else for (const connection of this.#connections) connection.fill()
    this.#endIfDrained()
    this.#turnUntilOver()
    return !this.failure
  }

  #turnUntilOver(): void {
    let lookAtMs = nowMs() + WATCH_MS
    while (!this.#isPhaseOver && !this.failure) {
      const waitMs = this.#schedule?.turn() ?? Number.POSITIVE_INFINITY
      const nowIsMs = nowMs()
      if (nowIsMs >= lookAtMs) {
        putHelpersBack()
        this.#look()
        lookAtMs = nowIsMs + WATCH_MS
      }
      this.#reactor.turn(Math.min(waitMs, Math.ceil(lookAtMs - nowIsMs)))
    }
  }

  #beginSchedule(ratePerSecond: number, startNs: number, durationNs: number): void {
    const messages = Math.min(
      this.#messagesLeft,
      Math.max(1, Math.floor((durationNs / 1e9) * ratePerSecond)),
    )
    const plannedNs = (messages / ratePerSecond) * 1e9
    this.#sendUntilNs = startNs + plannedNs + lateNsMax(plannedNs)
    this.unsentMessages = 0
    const connections = this.#connections
    const touched = new Set<LoadConnection>()
    const schedule = new LoadSchedule({
      ratePerSecond,
      startNs,
      messages,
      due: (message) => {
        this.#inFlight++
        const connection = connections[message % connections.length]!
        connection.becomeDue()
        touched.add(connection)
      },
      turned: () => {
        for (const connection of touched) connection.flush()
        touched.clear()
      },
    })
    const stepNs = schedule.intervalNs * connections.length
    for (const [index, connection] of connections.entries()) {
      connection.schedule(startNs + index * schedule.intervalNs, stepNs)
    }
    this.#schedule = schedule
  }

  /** To be called once, behind the last phase: ends what went on beside the load. */
  finish(): BystanderFigures {
    const figures = this.#bystanders.finish(this.#plan.stallMs)
    this.lookForMore()
    return figures
  }

  /** Between phases nothing is owed: what has come all the same is a failure. */
  lookForMore(): void {
    for (const connection of this.#connections) {
      const extra = connection.leftOver()
      if (extra) this.failed(extra)
    }
  }

  takeMessage(atNs: number): boolean {
    if (atNs >= this.#sendUntilNs || this.#messagesLeft === 0) return false
    this.#messagesLeft--
    this.#inFlight++
    return true
  }

  answered(count: number, latencyNs: number, serviceNs: number, atNs: number): void {
    this.recorder.answered(count, latencyNs, serviceNs, atNs)
    this.#inFlight -= count
    this.#endIfDrained()
  }

  lagged(lagNs: number): void {
    this.recorder.lagged(lagNs)
  }

  failed(failure: LoadFailure): void {
    this.failure ??= failure
  }

  #endIfDrained(): void {
    if (this.#inFlight === 0 && (this.#schedule?.isOver ?? true)) this.#isPhaseOver = true
  }

  /** A subject that stops is found here, and one that trickles on for ever. */
  #look(): void {
    const now = nowMs()
    this.#giveUpLate()
    let movedBytes = 0
    for (const connection of this.#connections) movedBytes += connection.movedBytes
    if (movedBytes !== this.#movedBytes) this.#movedAtMs = now
    this.#movedBytes = movedBytes
    const owing = this.#connections.find(({ inFlight }) => inFlight > 0)
    if (!owing) {
      // Whoever is owed nothing is not kept waiting.
      this.#movedAtMs = now
      return
    }
    const { stallMs, deadlineMs } = this.#plan
    if (now - this.#movedAtMs >= stallMs) return this.failed(owing.stalled(stallMs))
    if (now < this.#deadlineAtMs) return
    const detail = `not done after ${deadlineMs / 1000} s: ${this.#inFlight} replies are owed`
    this.failed(failure('hung', detail))
  }

  /** Open loop: a subject that is slower than the rate would otherwise be sent to for ever. */
  #giveUpLate(): void {
    if (!this.#schedule?.isOver || nowNs() < this.#sendUntilNs) return
    let unsent = 0
    for (const connection of this.#connections) unsent += connection.giveUp()
    this.unsentMessages += unsent
    this.#inFlight -= unsent
    this.#endIfDrained()
  }

  close(): void {
    this.#bystanders.close()
    for (const { socket } of this.#connections) socket?.terminate()
    this.#reactor.close()
  }
}

/**
 * Load one way: the subject takes messages and answers none. Nothing but the end proves that all
 * has been read: behind the last byte goes our FIN, and only who has read everything answers it
 * with one; unread bytes make a reset of it.
 */
import type { Socket } from 'bun'
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { parseFraming } from '../wire/index.ts'
import { nowMs, nowNs, pauseMs } from './clock.ts'
import type { Extent, LoadFailure, LoadFigures, LoadOutcome, LoadPlan } from './load.ts'
import { createLatencyHistogram } from './load-histogram.ts'
import { failure } from './load-reply.ts'
import { LoadTape } from './load-tape.ts'
import { subjectUsage, usageDelta } from './load-usage.ts'
import { until } from './reactor.ts'

const WATCH_MS = 100

export async function runSink(plan: LoadPlan, onMeasuring: () => void): Promise<LoadOutcome> {
  const run = new SinkRun(plan)
  try {
    await run.connect()
    await run.send(plan.warmUp)
    if (run.failure) return run.failure
    onMeasuring()
    return (await run.measure()) ?? run.failure!
  } finally {
    run.close()
  }
}

class SinkConnection {
  socket: Socket<SinkConnection> | null = null
  readonly tape: LoadTape
  #at = 0
  #isOpen = true
  writtenBytes = 0
  /** Bytes that may go now; it goes on at a frame's end only. */
  allowedBytes = 0
  /** Our FIN has gone out behind the last frame. */
  isFinished = false
  /** The subject has read everything. */
  ended = false

  constructor(tape: LoadTape) {
    this.tape = tape
  }

  write(): void {
    const { bytes } = this.tape
    while (this.writtenBytes < this.allowedBytes && this.#isOpen) {
      const wanted = Math.min(bytes.length - this.#at, this.allowedBytes - this.writtenBytes)
      const taken = this.socket!.write(bytes, this.#at, wanted)
      if (taken <= 0) return
      this.writtenBytes += taken
      this.#at = (this.#at + taken) % bytes.length
      if (taken < wanted) return
    }
  }

  /** Up to the end of the frame that is being written. */
  endFrame(): void {
    const frameBytes = this.tape.bytes.length / this.tape.places
    this.allowedBytes = Math.ceil(this.writtenBytes / frameBytes) * frameBytes
    this.write()
  }

  stop(): void {
    this.#isOpen = false
  }
}

class SinkRun {
  readonly #plan: LoadPlan
  readonly #connections: SinkConnection[] = []
  failure: LoadFailure | null = null
  #closed = false
  #movedBytes = 0
  #movedAtMs = nowMs()
  readonly #watch: Timer

  constructor(plan: LoadPlan) {
    this.#plan = plan
    const { messageBytes, connections, messageBytesMax, seed } = plan
    const framing = parseFraming(plan.framing, { messageBytesMax })
    for (let connection = 0; connection < connections; connection++) {
      const tape = { framing, messageBytes, connections, depth: 1, connection, seed }
      this.#connections.push(new SinkConnection(new LoadTape(tape)))
    }
    this.#watch = setInterval(() => this.#look(), WATCH_MS)
  }

  async connect(): Promise<void> {
    const { address } = this.#plan
    if (address.transport === 'udp') throw new Error('A sink takes streams.')
    const where =
      address.transport === 'unix'
        ? { unix: address.path }
        : { hostname: address.host, port: address.port, tls: false }
    try {
      for (const connection of this.#connections) {
        const options = { ...where, data: connection, allowHalfOpen: true, socket: this.#handler() }
        connection.socket = await Bun.connect<SinkConnection>(options as never)
      }
    } catch (error) {
      this.#fail(failure('closed-early', `could not connect: ${(error as Error).message}`))
    }
  }

  #handler() {
    return {
      data: (_: Socket<SinkConnection>, chunk: Uint8Array) => {
        const detail = `${chunk.length} bytes came back: this load is for one that only reads`
        this.#fail(failure('extra-bytes', detail))
      },
      drain: ({ data }: Socket<SinkConnection>) => data.write(),
      // Behind our own FIN there is no `end`: its FIN closes, and so does a reset, with an error.
      close: ({ data }: Socket<SinkConnection>, error?: Error) => {
        data.stop()
        if (this.#closed) return
        if (data.isFinished && !error) {
          data.ended = true
          return
        }
        const how = error ? `ended (${error.message})` : 'closed'
        const detail = `it was ${how} behind ${data.writtenBytes} bytes, not all of them read`
        this.#fail(failure('closed-early', detail))
      },
    }
  }

  /** Sends whole frames for the extent; some of it may still be on its way. */
  async send(extent: Extent): Promise<void> {
    for (const connection of this.#connections) {
      const frameBytes = connection.tape.bytes.length / connection.tape.places
      connection.allowedBytes =
        'messages' in extent
          ? connection.writtenBytes +
            Math.ceil(extent.messages / this.#connections.length) * frameBytes
          : Number.POSITIVE_INFINITY
      connection.write()
    }
    const all = (holds: (connection: SinkConnection) => boolean) =>
      this.failure !== null || this.#connections.every(holds)
    const written = (each: SinkConnection) => each.writtenBytes >= each.allowedBytes
    if ('durationMs' in extent) {
      await pauseMs(extent.durationMs)
      for (const connection of this.#connections) connection.endFrame()
    }
    await this.#wait(() => all(written))
  }

  async measure(): Promise<LoadFigures | null> {
    const { subjectProcessGroup, measured, messageBytes } = this.#plan
    const before = subjectUsage(subjectProcessGroup)
    const generatorBefore = process.cpuUsage()
    const bytesBefore = this.#writtenBytes()
    const startNs = nowNs()
    await this.send(measured)
    for (const connection of this.#connections) {
      connection.isFinished = true
      connection.socket?.shutdown()
    }
    await this.#wait(() => this.failure !== null || this.#connections.every(({ ended }) => ended))
    const durationNs = nowNs() - startNs
    const generator = process.cpuUsage(generatorBefore)
    if (this.failure) return null
    const { tape } = this.#connections[0]!
    const frameBytes = tape.bytes.length / tape.places
    return {
      kind: 'measured',
      messages: Math.round(
        (this.#writtenBytes() - bytesBefore) / Math.max(frameBytes, messageBytes),
      ),
      durationNs,
      messagesFirstHalf: null,
      histogram: EMPTY,
      serviceHistogram: EMPTY,
      generatorCpuShare: ((generator.user + generator.system) * 1000) / durationNs,
      scheduleLagNsP99: null,
      offeredPerSecond: null,
      unsentMessages: 0,
      datagrams: null,
      subject: usageDelta(before, subjectUsage(subjectProcessGroup)),
      idleRssBytes: null,
      unreadTakenBytes: null,
    }
  }

  #writtenBytes(): number {
    return this.#connections.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0)
  }

  /** The watch ends it when nothing moves. */
  async #wait(holds: () => boolean): Promise<void> {
    await until(() => holds() || this.failure !== null, nowMs() + this.#plan.deadlineMs)
    if (!holds()) this.#fail(failure('hung', `not done after ${this.#plan.deadlineMs / 1000} s`))
  }

  #look(): void {
    const bytes = this.#writtenBytes()
    const now = nowMs()
    if (bytes !== this.#movedBytes) this.#movedAtMs = now
    this.#movedBytes = bytes
    const { stallMs } = this.#plan
    if (now - this.#movedAtMs < stallMs) return
    const detail = `nothing more was read for ${stallMs / 1000} s, behind ${bytes} bytes`
    this.#fail(failure('hung', detail))
  }

  #fail(reason: LoadFailure): void {
    this.failure ??= reason
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#watch)
    for (const { socket } of this.#connections) socket?.terminate()
  }
}

const EMPTY = encodeIntoCompressedBase64(createLatencyHistogram())

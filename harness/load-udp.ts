/**
 * Datagrams at a fixed rate. What is lost stays lost, so every message carries a number, and what
 * comes back is counted: sent = received + lost. The kernel is asked where the lost ones went, so
 * that a buffer of ours which overflows is never put down to the subject.
 */
import type { Address } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { lookUpUdp } from '../posix/udp-drops.ts'
import { FRAME, type Framing, parseFraming } from '../wire/index.ts'
import { nowNs } from './clock.ts'
import { putHelpersBack } from './helper-threads.ts'
import type {
  DatagramCounts,
  Extent,
  LoadFailure,
  LoadFigures,
  LoadOutcome,
  LoadPlan,
} from './load.ts'
import { LoadRecorder } from './load-recorder.ts'
import { failure } from './load-reply.ts'
import { loadMessage } from './load-tape.ts'
import { subjectUsage, usageDelta } from './load-usage.ts'

type UdpAddress = Extract<Address, { transport: 'udp' }>

/** What comes later than this behind the last that moved will not come. */
const QUIET_NS = 250e6
/** As much as may wait for us; the kernel gives what its limits allow. */
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
/** Sent in one go before what has come is read. */
const BURST_MAX = 32
const DATAGRAM_BYTES_MAX = 65_536
/** In letters a to p: the number of the message, and the salt of its phase. */
const NUMBER_LETTERS = 8
const FIRST_LETTER = 0x61

export async function runDatagrams(plan: LoadPlan, onMeasuring: () => void): Promise<LoadOutcome> {
  const { address } = plan
  if (address.transport !== 'udp') throw new Error('Datagrams go to udp:// addresses.')
  const run = new DatagramRun(plan, address)
  try {
    run.phase(plan.warmUp)
    if (run.failure) return run.failure
    onMeasuring()
    return run.measure() ?? run.failure!
  } finally {
    run.close()
  }
}

class DatagramRun {
  readonly #plan: LoadPlan
  readonly #address: UdpAddress
  readonly #framing: Framing
  readonly #socket: NonBlockingSocket
  readonly #recorder = new LoadRecorder({ latency: true, service: true, lag: true })
  readonly #message: Buffer
  readonly #frame: Uint8Array
  readonly #read = Buffer.alloc(DATAGRAM_BYTES_MAX)
  failure: LoadFailure | null = null
  /** Numbers of this phase: from the first on. Late ones of the phase before are not counted. */
  #first = 0
  #sentNs = new Float64Array(0)
  #startNs = 0
  #intervalNs = 0
  #sent = 0
  #answers = new Uint8Array(0)
  #received = 0
  #duplicated = 0
  #reordered = 0
  #highest = -1

  constructor(plan: LoadPlan, address: UdpAddress) {
    this.#plan = plan
    this.#address = address
    this.#framing = parseFraming(plan.framing, { messageBytesMax: plan.messageBytesMax })
    if (plan.messageBytes < NUMBER_LETTERS) throw new Error(`${NUMBER_LETTERS} bytes or more.`)
    this.#message = Buffer.from(loadMessage(plan.messageBytes, plan.seed))
    this.#frame = this.#framing.encoder().encode(this.#message).slice()
    this.#socket = NonBlockingSocket.open(address)
    this.#socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    this.#socket.connect(address)
  }

  phase(extent: Extent): void {
    putHelpersBack()
    const rate = (this.#plan.loop as { ratePerSecond: number }).ratePerSecond
    const messages =
      'messages' in extent ? extent.messages : Math.max(1, (extent.durationMs / 1e3) * rate) | 0
    this.#first += this.#sent
    this.#sentNs = new Float64Array(messages)
    this.#answers = new Uint8Array(messages)
    this.#intervalNs = 1e9 / rate
    this.#startNs = nowNs()
    this.#sent = this.#received = this.#duplicated = this.#reordered = 0
    this.#highest = -1
    this.#recorder.begin(this.#startNs + (messages * this.#intervalNs) / 2)
    let movedNs = this.#startNs
    while (this.failure === null && this.#received < messages) {
      const sent = this.#sendDue()
      const came = this.#readAll()
      const now = nowNs()
      if (sent + came > 0) movedNs = now
      // One that was sent only now and is the last may still be on its way.
      if (this.#sent === messages && now - movedNs > QUIET_NS) break
    }
    if (this.#received > 0 || this.failure !== null) return
    const detail = `none of ${messages} datagrams was answered`
    this.failure = failure('hung', detail)
  }

  #sendDue(): number {
    const due = Math.floor((nowNs() - this.#startNs) / this.#intervalNs) + 1
    const until = Math.min(due, this.#sentNs.length, this.#sent + BURST_MAX)
    const before = this.#sent
    while (this.#sent < until) {
      writeNumber(this.#message, this.#first + this.#sent)
      this.#framing.encoder().encodeInto(this.#message, this.#frame, 0)
      const atNs = nowNs()
      try {
        if (!this.#socket.sendDatagram(this.#frame)) break
      } catch (error) {
        this.failure = failure(
          'closed-early',
          `nobody takes datagrams: ${(error as Error).message}`,
        )
        break
      }
      this.#recorder.lagged(atNs - this.#startNs - this.#sent * this.#intervalNs)
      this.#sentNs[this.#sent++] = atNs
    }
    return this.#sent - before
  }

  #readAll(): number {
    let came = 0
    for (; this.failure === null; came++) {
      let bytes: number | null
      try {
        bytes = this.#socket.recv(this.#read)
      } catch (error) {
        this.failure = failure('closed-early', `it went away: ${(error as Error).message}`)
        break
      }
      if (bytes === null) break
      this.#answered(this.#read.subarray(0, bytes), nowNs())
    }
    return came
  }

  #answered(datagram: Uint8Array, atNs: number): void {
    const decoder = this.#framing.decoder()
    decoder.push(datagram)
    if (decoder.next() !== FRAME) {
      this.failure = failure('malformed-reply', `a reply of ${datagram.length} bytes is no frame`)
      return
    }
    const reply = Buffer.from(decoder.buffer).subarray(decoder.start, decoder.end)
    const index = readNumber(reply) - this.#first
    const isRight =
      reply.length === this.#message.length &&
      reply.compare(this.#message, NUMBER_LETTERS, this.#message.length, NUMBER_LETTERS) === 0
    if (!isRight || index >= this.#sent) {
      const detail = `a reply of ${reply.length} bytes is none of the messages that were sent`
      this.failure = failure('corrupted', detail)
      return
    }
    // Of the warm-up, when that was over already.
    if (index < 0) return
    if (this.#answers[index]! > 0) {
      this.#duplicated++
      return
    }
    this.#answers[index] = 1
    this.#received++
    if (index < this.#highest) this.#reordered++
    this.#highest = Math.max(this.#highest, index)
    const dueNs = this.#startNs + index * this.#intervalNs
    this.#recorder.answered(1, atNs - dueNs, atNs - this.#sentNs[index]!, atNs)
  }

  measure(): LoadFigures | null {
    const { subjectProcessGroup, measured, loop } = this.#plan
    const before = subjectUsage(subjectProcessGroup)
    const dropsBefore = this.#drops()
    const generatorBefore = process.cpuUsage()
    this.phase(measured)
    const generator = process.cpuUsage(generatorBefore)
    const recorder = this.#recorder
    const durationNs = recorder.lastNs - this.#startNs
    if (this.failure) return null
    return {
      kind: 'measured',
      messages: recorder.messages,
      durationNs,
      messagesFirstHalf: null,
      ...recorder.histograms,
      generatorCpuShare: ((generator.user + generator.system) * 1000) / durationNs,
      scheduleLagNsP99: recorder.scheduleLagNsP99,
      offeredPerSecond: (loop as { ratePerSecond: number }).ratePerSecond,
      unsentMessages: 0,
      subject: usageDelta(before, subjectUsage(subjectProcessGroup)),
      idleRssBytes: null,
      unreadTakenBytes: null,
      datagrams: this.#counts(dropsBefore),
    }
  }

  #counts(before: Drops): DatagramCounts {
    const after = this.#drops()
    const during = (which: keyof Drops) => {
      const [then, now] = [before[which], after[which]]
      return then === null || now === null ? null : now - then
    }
    return {
      sent: this.#sent,
      received: this.#received,
      lost: this.#sent - this.#received,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      droppedAtSubject: during('subject'),
      droppedAtGenerator: during('generator'),
    }
  }

  /** Datagrams that found a full buffer since the sockets were opened; null where nobody tells. */
  #drops(): Drops {
    const ours = this.#socket.localAddress()
    if (ours.transport !== 'udp') return { subject: null, generator: null }
    return {
      subject: lookUpUdp(this.#address, ours)?.droppedDatagrams ?? null,
      generator: lookUpUdp(ours, this.#address)?.droppedDatagrams ?? null,
    }
  }

  close(): void {
    this.#socket.close()
  }
}

interface Drops {
  subject: number | null
  generator: number | null
}

function writeNumber(message: Uint8Array, value: number): void {
  for (let at = 0; at < NUMBER_LETTERS; at++) {
    message[at] = FIRST_LETTER + ((value >>> (4 * at)) & 15)
  }
}

/** More than any message of ours has where there is none. */
function readNumber(message: Uint8Array): number {
  let value = 0
  for (let at = 0; at < NUMBER_LETTERS; at++) {
    const letter = (message[at] ?? 0) - FIRST_LETTER
    if (letter < 0 || letter > 15) return Number.POSITIVE_INFINITY
    value += letter * 16 ** at
  }
  return value
}

/** One case at one client: starts it as often as the case wants, and cleans up after it. */
import { nowMs } from '../../harness/clock.ts'
import { LaunchedClient } from '../../harness/launch-client.ts'
import { Listener, type ListenOptions } from '../../harness/listener.ts'
import type { Peer } from '../../harness/peer.ts'
import type { Random } from '../../harness/random.ts'
import { until } from '../../harness/reactor.ts'
import type { Wire } from '../../harness/schedule.ts'
import { subjectQueueOf } from '../../harness/subject-queue.ts'
import { Quiet } from '../quiet.ts'
import type { ReferenceFraming } from '../reference/framing.ts'
import type { ResourceVerdict } from '../result.ts'
import { CaseFailure } from '../verdict.ts'
import type { ClientTraits } from './client-case.ts'
import { ClientHoldings } from './client-holdings.ts'
import { type ClientEvidence, judgeFailure, judgeSuccess } from './judge.ts'
import { readPrinted } from './printed.ts'
import { Visit } from './visit.ts'

const HOST = '127.0.0.1'
/** What a client may print beside the largest replies, before it is not listened to any more. */
const OUTPUT_BYTES_SPARE = 32 * 1024 * 1024

/** A client that has nothing to do ends within this time. */
const IDLE_MS_MAX = 5_000

export interface ClientTrialOptions {
  command: string
  traits: ClientTraits
  random: Random
  deadlineMs: number
  timeScale: number
}

export class ClientTrial {
  readonly options: ClientTrialOptions
  readonly visits: Visit[] = []
  readonly #clients: LaunchedClient[] = []
  readonly #holdings: ClientHoldings[] = []
  readonly #listeners: Listener[] = []

  constructor(options: ClientTrialOptions) {
    this.options = options
  }

  get framing(): ReferenceFraming {
    return this.options.traits.framing
  }

  get random(): Random {
    return this.options.random
  }

  /** Largest message that this client takes, in bytes. */
  get messageBytesMax(): number {
    return this.options.traits.messageBytesMax
  }

  /** At most `bytes`, or what the client carries when that is less. */
  atMost(bytes: number): number {
    return Math.min(bytes, this.messageBytesMax)
  }

  /** The frame of the message, or of the nearest one that the framing carries. */
  frame(message: Uint8Array): Uint8Array {
    return this.framing.frame(this.framing.adapt(message))
  }

  /** Starts the client with these requests and takes its connection. */
  async visit(wanted: readonly Uint8Array[], listen: ListenOptions = {}): Promise<Visit> {
    const { framing } = this
    const { deadlineMs, timeScale } = this.options
    const requests = wanted.map((message) => framing.adapt(message))
    const { client, listener, holdings } = this.#start(requests, listen)
    const peer = await this.#accept(client, listener)
    const quiet = new Quiet(client.process, timeScale)
    const ends = { peer, queue: subjectQueueOf(peer) }
    const hasStoppedReading = () => !client.process.running || quiet.stalled(ends, 'final')
    const wire: Wire = { ...ends, process: client.process, hasStoppedReading }
    const visit = new Visit({
      client,
      peer,
      framing,
      requests,
      wire,
      quiet,
      holdings,
      deadlineMs,
      timeScale,
    })
    this.visits.push(visit)
    return visit
  }

  /** Starts the client where nobody listens: it has to fail. */
  async turnAway(wanted: readonly Uint8Array[], what: string): Promise<void> {
    const requests = wanted.map((message) => this.framing.adapt(message))
    const { client, holdings } = this.#start(requests, { refusing: true })
    const hasEnded = () => {
      holdings.look()
      return !client.process.running
    }
    await until(hasEnded, this.options.deadlineMs)
    judgeFailure(this.#unheard(client), what, 'cut')
  }

  /** Starts the client without a request: it may connect, and has nothing to wait for. */
  async idle(): Promise<void> {
    const { client, listener } = this.#start([], {})
    const peers: Peer[] = []
    const hasEnded = () => {
      const taken = listener.accept()
      if (taken) peers.push(taken)
      // A client that ends its side and waits for ours.
      for (const peer of peers) if (peer.read() === 0 && peer.ended) peer.finish()
      return !client.process.running
    }
    await until(hasEnded, nowMs() + Math.min(this.timeLeftMs, IDLE_MS_MAX * this.options.timeScale))
    for (const peer of peers) peer.close()
    judgeSuccess(this.#unheard(client))
  }

  /** What there is to judge of a client that was not spoken to. */
  #unheard(client: LaunchedClient): ClientEvidence {
    return {
      framing: this.framing,
      requests: [],
      heard: { messages: [], malformed: null, partialBytes: 0 },
      lastBytes: () => new Uint8Array(),
      heardBytes: 0,
      mayBeUnsent: false,
      owed: [],
      printed: () => readPrinted(client.output()),
      ended: client.process.ended,
      spun: false,
      said: client.errors.text(),
      flooded: client.flooded,
    }
  }

  #start(requests: readonly Uint8Array[], listen: ListenOptions) {
    const listener = Listener.open(HOST, listen)
    this.#listeners.push(listener)
    const client = new LaunchedClient({
      command: this.options.command,
      server: listener.address,
      input: requests.map((message) => `${Buffer.from(message).toString('hex')}\n`).join(''),
      outputBytesMax: 4 * this.messageBytesMax + OUTPUT_BYTES_SPARE,
    })
    this.#clients.push(client)
    const holdings = new ClientHoldings(client, this.messageBytesMax)
    this.#holdings.push(holdings)
    return { client, listener, holdings }
  }

  async #accept({ process, errors }: LaunchedClient, listener: Listener): Promise<Peer> {
    let peer = listener.accept()
    const isThere = () => {
      peer ??= listener.accept()
      return peer !== null || !process.running
    }
    await until(isThere, this.options.deadlineMs)
    if (peer) return peer
    const said = errors.text().trim().slice(-1_000)
    const tail = said ? ` It said:\n${said}` : ''
    const { ended } = process
    if (!ended) throw new CaseFailure('hung', `It did not connect before the deadline.${tail}`)
    const how = ended.signal ? `was ended by ${ended.signal}` : `ended with status ${ended.code}`
    throw new CaseFailure('rejected', `It ${how} before it connected.${tail}`)
  }

  get timeLeftMs(): number {
    return this.options.deadlineMs - nowMs()
  }

  /** What the clients cost, the worst of them. */
  get resources(): ResourceVerdict {
    const verdicts = this.#holdings.map(({ verdict }) => verdict)
    const worst = ['leak', 'over-budget', 'ok'] as const
    return worst.find((one) => verdicts.includes(one)) ?? 'not-observed'
  }

  async close(): Promise<void> {
    for (const { peer } of this.visits) peer.close()
    for (const listener of this.#listeners) listener.close()
    for (const client of this.#clients) await client[Symbol.asyncDispose]()
  }
}

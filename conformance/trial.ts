/** One case at one subject: hands the case its connections and cleans up after it. */
import { nowMs } from '../harness/clock.ts'
import type { Launched, ListenAt } from '../harness/launch.ts'
import { Peer } from '../harness/peer.ts'
import type { Random } from '../harness/random.ts'
import { Relay } from '../harness/relay.ts'
import type { Weather } from '../harness/relay-plan.ts'
import type { Wire } from '../harness/schedule.ts'
import { subjectQueueOf } from '../harness/subject-queue.ts'
import type { Address } from '../posix/address.ts'
import type { SubjectTraits } from './case.ts'
import { Dialogue } from './dialogue.ts'
import { FileDialogue } from './file-dialogue.ts'
import { Quiet } from './quiet.ts'
import type { ReferenceFraming } from './reference/framing.ts'
import { Unsupported } from './verdict.ts'

/** The running subject, as far as a case has to do with it. */
interface RunningSubject {
  readonly address: Address
  readonly process: Launched | null
  connected: boolean
  /** Starts it again where it has ended, which one for a single connection may do. */
  ready(): Promise<void>
}

export interface TrialOptions {
  subject: RunningSubject
  traits: SubjectTraits
  random: Random
  deadlineMs: number
  timeScale: number
  /** Starts another instance of the same subject, for cases that end it. Null for --connect. */
  launchAnother: ((at: ListenAt) => Promise<Launched>) | null
}

interface OpenOptions {
  receiveBufferBytes?: number
  segmentBytesMax?: number
  /** Another instance than the one under test. */
  process?: Launched
  /** Another address of this machine than the one that the subject was told. */
  host?: string
}

export class Trial {
  readonly options: TrialOptions
  readonly dialogues: Dialogue[] = []
  readonly #instances: Launched[] = []
  readonly #relays: Relay[] = []
  #exchanges = 0
  #opening = 0
  #closed = false

  constructor(options: TrialOptions) {
    this.options = options
  }

  get framing(): ReferenceFraming {
    return this.options.traits.framing
  }

  get random(): Random {
    return this.options.random
  }

  /** Largest message that this subject takes, in bytes. */
  get messageBytesMax(): number {
    return this.options.traits.messageBytesMax
  }

  /** At most `bytes`, or what the subject carries when that is less. */
  atMost(bytes: number): number {
    return Math.min(bytes, this.messageBytesMax)
  }

  get process(): Launched | null {
    return this.options.subject.process
  }

  /** The frame of the message, or of the nearest one that the framing carries. */
  frame(message: Uint8Array): Uint8Array {
    return this.framing.frame(this.framing.adapt(message))
  }

  /** A new connection to the subject. */
  async open(options: OpenOptions = {}): Promise<Dialogue> {
    const { traits } = this.options
    const isFirst = this.dialogues.length + this.#opening++ === 0
    try {
      if (traits.singleConnection && !options.process) await this.#alone(isFirst)
      const dialogue = await this.#connect(options)
      this.dialogues.push(dialogue)
      // The case has ended meanwhile: nobody else would close it.
      if (this.#closed) dialogue.peer.close()
      return dialogue
    } finally {
      this.#opening--
    }
  }

  async #connect(options: OpenOptions): Promise<Dialogue> {
    const { deadlineMs, subject } = this.options
    const process = options.process ?? this.process
    const told = options.process?.address ?? subject.address
    const { host } = options
    const address = host === undefined || told.transport === 'unix' ? told : { ...told, host }
    const peer = await Peer.connect(address, { deadlineMs, ...options })
    return this.#dialogue({ peer, queue: subjectQueueOf(peer) }, process)
  }

  /** The same socket of ours, when another process has taken the place of the subject. */
  reopen({ peer }: Dialogue, process: Launched): Dialogue {
    peer.reads.splice(0)
    const dialogue = this.#dialogue({ peer, queue: subjectQueueOf(peer) }, process)
    this.dialogues.push(dialogue)
    return dialogue
  }

  /** Datagrams by a relay, whose seed is the case's. Their replies may come in any order. */
  async openRelayed(toSubject: Weather): Promise<{ dialogue: Dialogue; relay: Relay }> {
    const { deadlineMs, subject } = this.options
    const { address } = subject
    if (address.transport !== 'udp') throw new Error('Only datagrams can be relayed.')
    const seed = this.random.below(2 ** 32)
    const relay = Relay.open({ subject: address, seed, toSubject })
    this.#relays.push(relay)
    const peer = await Peer.connect(relay.address, { deadlineMs })
    relay.attach(peer.localAddress)
    const dialogue = this.#dialogue({ peer, queue: null }, this.process, { anyOrder: true })
    this.dialogues.push(dialogue)
    return { dialogue, relay }
  }

  #dialogue(
    ends: Pick<Wire, 'peer' | 'queue'>,
    process: Launched | null,
    how: { anyOrder?: boolean } = {},
  ): Dialogue {
    const { deadlineMs, traits, timeScale } = this.options
    const quiet = new Quiet(process, timeScale)
    const wire = { ...ends, process, hasStoppedReading: () => quiet.stalled(ends, 'final') }
    return new Dialogue(wire, { ...traits, ...how, deadlineMs, quiet })
  }

  /** For a subject of one connection at a time: there is none, and it is ready for the next. */
  async #alone(isFirst: boolean): Promise<void> {
    const isOpen = this.dialogues.some(({ peer }) => !peer.closed && peer.open)
    if (isOpen || (this.#opening > 1 && !isFirst)) {
      throw new Unsupported('needs two connections at once; the subject serves one at a time')
    }
    const { subject } = this.options
    this.closeConnections()
    await subject.ready()
    subject.connected = true
  }

  /** A connection that has proven that it works: one exchange of a small message. */
  async openProven(): Promise<Dialogue> {
    const dialogue = await this.open()
    await this.exchange(dialogue)
    return dialogue
  }

  /**
   * One small message and its reply. No two neighbours are alike, so that a reply that came twice,
   * or late, is not taken for the one that is owed.
   */
  async exchange(dialogue: Dialogue): Promise<void> {
    if (this.options.traits.service === 'files') return this.#list(dialogue)
    const message = HELLO.slice()
    message[HELLO.length - 1] = A + ((O - A + this.#exchanges++) % 26)
    const { peer } = dialogue
    if (peer.isStream) await dialogue.send(dialogue.owing(message))
    else await dialogue.sendDatagram(dialogue.owing(message))
    await dialogue.replies()
  }

  /** The small exchange of a file server. */
  async #list(dialogue: Dialogue): Promise<void> {
    await new FileDialogue(dialogue, this.options.deadlineMs).list()
  }

  /** A new connection to a file server. */
  async openFiles(): Promise<FileDialogue> {
    return new FileDialogue(await this.open(), this.options.deadlineMs)
  }

  /** A subject of its own for a case that ends it. */
  async another(at: ListenAt = {}): Promise<Launched> {
    const instance = await this.options.launchAnother!(at)
    this.#instances.push(instance)
    return instance
  }

  get timeLeftMs(): number {
    return this.options.deadlineMs - nowMs()
  }

  closeConnections(): void {
    for (const { peer } of this.dialogues) peer.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.closeConnections()
    for (const relay of this.#relays) relay.close()
    for (const instance of this.#instances) await instance.kill()
  }
}

const A = 0x61
const O = 0x6f
export const HELLO = new TextEncoder().encode('hello')

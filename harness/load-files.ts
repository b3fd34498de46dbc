/**
 * Load on a file server: each connection sends a file of its own, or fetches it, whole, and begins
 * again when that is done. Bytes and digests are made before anything is measured, so that what is
 * seen is the server's hashing and storing, and hardly the generator's.
 */
import { createHash } from 'node:crypto'
import { FileClient, type FileReply } from '../impl/file-server/client/file-client.ts'
import { FileError } from '../impl/file-server/file-error.ts'
import { nowNs } from './clock.ts'
import type {
  Extent,
  FileLoop,
  LoadFailure,
  LoadFigures,
  LoadOutcome,
  LoadPlan,
  LoadSymptom,
} from './load.ts'
import { LoadRecorder } from './load-recorder.ts'
import { failure } from './load-reply.ts'
import { loadMessage } from './load-tape.ts'
import { subjectUsage, usageDelta } from './load-usage.ts'

/** As `framegate files` sends and asks for it, where the subject takes as much. */
const PIECE_BYTES = 1024 * 1024
/** Pieces on their way; an answer with a piece is memory until it is looked at. */
const UNDER_WAY_MAX = { put: 16, get: 3 }

export async function runFiles(plan: LoadPlan, onMeasuring: () => void): Promise<LoadOutcome> {
  const run = new FileRun(plan)
  try {
    await run.connect()
    await run.phase(plan.warmUp)
    onMeasuring()
    return await run.measure()
  } catch (error) {
    return failureOf(error, run.isLate, plan)
  } finally {
    run.close()
  }
}

class FileRun {
  readonly #plan: LoadPlan
  readonly #transfer: FileLoop['transfer']
  readonly #files: LoadFile[] = []
  readonly #clients: FileClient[] = []
  readonly #recorder: LoadRecorder
  readonly #deadline: Timer
  #messagesLeft = 0
  #sendUntilNs = 0
  /** It took longer than all of it may take. */
  isLate = false

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#transfer = (plan.loop as FileLoop).transfer
    this.#recorder = new LoadRecorder({
      latency: plan.keepsLatency ?? true,
      service: false,
      lag: false,
    })
    this.#deadline = setTimeout(() => {
      this.isLate = true
      this.close()
    }, plan.deadlineMs)
  }

  /** Throws FileError. Every file is there afterwards. */
  async connect(): Promise<void> {
    const { address, stallMs, connections } = this.#plan
    for (let connection = 0; connection < connections; connection++) {
      const client = await FileClient.connect(address, stallMs)
      this.#clients.push(client)
      const file = new LoadFile(client, connection, this.#plan)
      this.#files.push(file)
      await file.put()
    }
  }

  /** Throws FileError, or WrongFile. */
  async phase(extent: Extent): Promise<void> {
    const startNs = nowNs()
    const durationNs = 'durationMs' in extent ? extent.durationMs * 1e6 : Number.POSITIVE_INFINITY
    this.#messagesLeft = 'messages' in extent ? extent.messages : Number.POSITIVE_INFINITY
    this.#sendUntilNs = startNs + durationNs
    this.#recorder.begin(startNs + durationNs / 2)
    await Promise.all(this.#files.map((file) => this.#exchanges(file)))
  }

  async #exchanges(file: LoadFile): Promise<void> {
    let atNs = nowNs()
    while (this.#messagesLeft > 0 && atNs < this.#sendUntilNs) {
      this.#messagesLeft--
      await file[this.#transfer]()
      const doneNs = nowNs()
      this.#recorder.answered(1, doneNs - atNs, doneNs - atNs, doneNs)
      atNs = doneNs
    }
  }

  async measure(): Promise<LoadFigures> {
    const { subjectProcessGroup, measured } = this.#plan
    const before = subjectUsage(subjectProcessGroup)
    const generatorBefore = process.cpuUsage()
    const startNs = nowNs()
    await this.phase(measured)
    const generator = process.cpuUsage(generatorBefore)
    const after = subjectUsage(subjectProcessGroup)
    const recorder = this.#recorder
    const durationNs = recorder.lastNs - startNs
    // What was said to be stored last has to be what is there.
    for (const file of this.#files) await file.get()
    return {
      kind: 'measured',
      messages: recorder.messages,
      durationNs,
      messagesFirstHalf: 'durationMs' in measured ? recorder.messagesFirstHalf : null,
      ...recorder.histograms,
      generatorCpuShare: ((generator.user + generator.system) * 1000) / durationNs,
      scheduleLagNsP99: null,
      offeredPerSecond: null,
      unsentMessages: 0,
      datagrams: null,
      subject: usageDelta(before, after),
      idleRssBytes: null,
      unreadTakenBytes: null,
    }
  }

  close(): void {
    clearTimeout(this.#deadline)
    for (const client of this.#clients) client.close()
  }
}

/** An answer that is none of the protocol's, or tells of other bytes. */
class WrongFile extends Error {
  readonly symptom: LoadSymptom
  constructor(symptom: LoadSymptom, message: string) {
    super(message)
    this.symptom = symptom
  }
}

interface Piece {
  offset: number
  bytes: Uint8Array
  end: number
  /** Of the file up to the end of this piece. */
  sha256: string
}

/** The file of one connection, in two versions that take turns: an old one is told from a new. */
class LoadFile {
  readonly #client: FileClient
  readonly #connection: number
  readonly #size: number
  readonly #pieceBytes: number
  readonly #versions: readonly (readonly Piece[])[]
  #puts = 0

  constructor(client: FileClient, connection: number, plan: LoadPlan) {
    const { messageBytes, messageBytesMax, seed } = plan
    this.#client = client
    this.#connection = connection
    this.#size = messageBytes
    this.#pieceBytes = Math.min(PIECE_BYTES, messageBytesMax)
    this.#versions = [0, 1].map((version) => {
      const bytes = loadMessage(messageBytes, seed)
      const stamp = new TextEncoder().encode(`file ${connection}, version ${version}: `)
      bytes.set(stamp.subarray(0, bytes.length))
      return piecesOf(bytes, this.#pieceBytes)
    })
  }

  get #name(): string {
    return `load-${this.#connection}`
  }

  async put(): Promise<void> {
    const pieces = this.#versions[this.#puts % 2]!
    const upload = `${this.#name}-${this.#puts++}`
    const size = this.#size
    await this.#each(
      UNDER_WAY_MAX.put,
      pieces,
      ({ offset, bytes: message, sha256 }) =>
        this.#client.send({
          keys: { op: 'put', upload, offset, size, sha256 },
          fileName: this.#name,
          message,
        }),
      ({ end, sha256 }, { keys }) => {
        if (keys.offset !== end) {
          const said = keys.offset ?? 'nothing'
          throw new WrongFile('lost-bytes', `${said} of ${end} bytes of a file were verified`)
        }
        if (end === size && (keys.stored !== true || keys.sha256 !== sha256)) {
          throw new WrongFile('corrupted', 'a file was not stored as it was sent')
        }
      },
    )
  }

  /** What was put last, byte for byte. */
  async get(): Promise<void> {
    const pieces = this.#versions[(this.#puts - 1) % 2]!
    await this.#each(
      UNDER_WAY_MAX.get,
      pieces,
      ({ offset }) =>
        this.#client.send({
          keys: { op: 'get', offset, length: this.#pieceBytes },
          fileName: this.#name,
        }),
      ({ offset, bytes, sha256 }, { keys, message }) => {
        const isRight =
          keys.size === this.#size && keys.sha256 === sha256 && Buffer.compare(message, bytes) === 0
        if (isRight) return
        const which = `the piece at ${offset} of a file of ${this.#size} bytes`
        throw new WrongFile('corrupted', `${which} is not what was stored`)
      },
    )
  }

  /** Sends ahead; looks at the answers in order. */
  async #each(
    underWayMax: number,
    pieces: readonly Piece[],
    send: (piece: Piece) => Promise<{ reply: Promise<FileReply> }>,
    look: (piece: Piece, reply: FileReply) => void,
  ): Promise<void> {
    const underWay: Promise<FileReply>[] = []
    let looked = 0
    for (const piece of pieces) {
      if (underWay.length >= underWayMax) look(pieces[looked++]!, await underWay.shift()!)
      underWay.push((await send(piece)).reply)
    }
    for (const reply of underWay) look(pieces[looked++]!, await reply)
  }
}

/** One piece at least: an empty file has an empty one. */
function piecesOf(bytes: Uint8Array, pieceBytes: number): Piece[] {
  const pieces: Piece[] = []
  const hash = createHash('sha256')
  let offset = 0
  do {
    const end = Math.min(bytes.length, offset + pieceBytes)
    const piece = bytes.subarray(offset, end)
    const sha256 = hash.update(piece).copy().digest('hex')
    pieces.push({ offset, bytes: piece, end, sha256 })
    offset = end
  } while (offset < bytes.length)
  return pieces
}

/** Throws what is a mistake of ours. */
function failureOf(error: unknown, isLate: boolean, { deadlineMs }: LoadPlan): LoadFailure {
  if (isLate) return failure('hung', `not done after ${deadlineMs / 1000} s`)
  if (error instanceof WrongFile) return failure(error.symptom, error.message)
  if (error instanceof FileError) return failure(symptomOf(error), error.message)
  throw error
}

function symptomOf({ code }: FileError): LoadSymptom {
  if (code === 'connection-lost') return 'closed-early'
  if (code === 'stalled') return 'hung'
  return code === 'reply-malformed' ? 'malformed-reply' : 'rejected'
}

/** One message to a server and its reply, again and again: what `framegate connect` does. */
import type { Peer } from '../harness/peer.ts'
import { type Decoder, type Encoder, FRAME, type Framing, MALFORMED } from '../wire/framing.ts'

/** What one recv of the lessons takes: without framing, that is a reply. */
const RECV_BYTES = 1_024

/** The stream ended, or cannot be understood, while a reply was owed. Exit code 1. */
export class NoReplyError extends Error {
  override readonly name = 'NoReplyError'
}

export interface ExchangeOptions {
  request: Framing
  response: Framing
  /** Any that TextDecoder knows. */
  encoding: string
  deadlineMs(): number
}

export class Exchange {
  readonly #peer: Peer
  readonly #encoder: Encoder
  readonly #decoder: Decoder
  readonly #isRaw: boolean
  readonly #text: TextDecoder
  readonly #deadlineMs: () => number

  constructor(peer: Peer, { request, response, encoding, deadlineMs }: ExchangeOptions) {
    this.#peer = peer
    this.#encoder = request.encoder()
    this.#decoder = response.decoder()
    this.#isRaw = response.id === 'raw'
    this.#text = new TextDecoder(encoding as Bun.Encoding)
    this.#deadlineMs = deadlineMs
  }

  /** The reply as text. Throws FramingError for what cannot be sent, NoReplyError. */
  async ask(message: Uint8Array): Promise<string> {
    const deadlineMs = this.#deadlineMs()
    const frame = this.#encoder.encode(message)
    if (this.#peer.isStream) await this.#peer.send(frame, deadlineMs)
    else await this.#peer.sendDatagram(frame, deadlineMs)
    if (!this.#peer.isStream) return this.#text.decode(await this.#read(RECV_BYTES * 64))
    // A character may be cut by the edge of what one recv returns: the rest of it comes later.
    if (this.#isRaw) return this.#text.decode(await this.#read(RECV_BYTES), { stream: true })
    return this.#text.decode(await this.#message())
  }

  async #message(): Promise<Uint8Array> {
    const decoder = this.#decoder
    for (;;) {
      const step = decoder.next()
      if (step === FRAME) return decoder.take()
      if (step === MALFORMED) {
        throw new NoReplyError(`The reply is no frame: ${decoder.error!.message}.`)
      }
      decoder.push(await this.#read(Number.POSITIVE_INFINITY))
    }
  }

  /** What one read returns. */
  async #read(bytesMax: number): Promise<Uint8Array> {
    const { reads } = this.#peer
    await this.#peer.readSome(bytesMax, this.#deadlineMs())
    const [chunk] = reads.splice(0)
    if (chunk) return chunk
    const how = { fin: 'closed the connection', rst: 'reset the connection' }
    const { ended } = this.#peer
    const what = ended ? how[ended] : 'said nothing in time'
    throw new NoReplyError(`No reply: the server ${what}.`)
  }
}

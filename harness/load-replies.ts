/**
 * Finds the replies in what a connection reads, and proves them byte for byte.
 *
 * A right echo in the same framing is the tape itself. As long as it is, one comparison for each
 * read proves everything in it and the tape knows where each frame ends: nothing is decoded, so a
 * dear framing costs the generator no more than a cheap one. From the first read that differs, the
 * framing's decoder takes over: a subject may spell its frames otherwise, and if it is wrong, the
 * decoded message says how. `raw` is decoded from the start: its frames are reads, not bytes.
 */
import { type Decoder, FRAME, type Framing, MALFORMED } from '../wire/index.ts'
import type { LoadFailure } from './load.ts'
import { brokenOff, failure, unasked, wrongReply } from './load-reply.ts'
import type { LoadTape } from './load-tape.ts'

const NO_REPLY = 0
export const REPLY = 1
/** `failure` says why. Final. */
export const WRONG = 2

export class LoadReplies {
  readonly #tape: LoadTape
  readonly #connection: number
  readonly #decoder: Decoder
  #isTape: boolean
  /** Bytes read, and where the frame that is due begins and ends, in bytes from the first. */
  #readBytes = 0
  #frameStart = 0
  #frameEnd: number
  answered = 0
  failure: LoadFailure | null = null

  constructor(tape: LoadTape, framing: Framing, connection: number) {
    this.#tape = tape
    this.#connection = connection
    this.#decoder = framing.decoder()
    this.#isTape = !/^raw\b/.test(framing.id)
    this.#frameEnd = tape.frameBytes(0)
  }

  /** What one read returned, after `next()` has answered NO_REPLY. Borrowed until it does again. */
  push(chunk: Uint8Array, inFlight: number): void {
    if (this.#isTape && !this.#tape.continuesWith(chunk, this.#readBytes)) {
      this.#isTape = false
      this.#leaveTape(chunk, inFlight)
    }
    this.#readBytes += chunk.length
    if (!this.#isTape) this.#decoder.push(chunk)
  }

  /** The decoder gets what it has missed of the frame that is due. */
  #leaveTape(chunk: Uint8Array, inFlight: number): void {
    const bytes = this.#tape.bytes
    this.failure = brokenOff(this.#due(inFlight), this.#readBytes - this.#frameStart, chunk)
    if (this.#readBytes === this.#frameStart) return
    const from = this.#frameStart % bytes.length
    this.#decoder.push(bytes.subarray(from, from + this.#readBytes - this.#frameStart))
    this.#decoder.next()
  }

  /** `inFlight`: messages sent and not answered yet. */
  next(inFlight: number): typeof NO_REPLY | typeof REPLY | typeof WRONG {
    if (this.failure) return WRONG
    if (!this.#isTape) return this.#decode(inFlight)
    if (this.#readBytes < this.#frameEnd) return NO_REPLY
    this.answered++
    this.#frameStart = this.#frameEnd
    this.#frameEnd += this.#tape.frameBytes(this.answered % this.#tape.places)
    return REPLY
  }

  #decode(inFlight: number): typeof NO_REPLY | typeof REPLY | typeof WRONG {
    const decoder = this.#decoder
    const step = decoder.next()
    if (step === MALFORMED) {
      const detail = `behind ${this.answered} replies: ${decoder.error!.message}`
      return this.#wrong(failure('malformed-reply', detail))
    }
    if (step !== FRAME) return NO_REPLY
    const { buffer, start, end } = decoder
    const tape = this.#tape
    if (inFlight === 0) {
      return this.#wrong(unasked(this.#due(inFlight), buffer.subarray(start, end)))
    }
    const isRight =
      end - start === tape.messageBytes &&
      tape.holds(this.answered % tape.places, buffer, start, end)
    if (!isRight) {
      return this.#wrong(wrongReply(this.#due(inFlight), buffer.subarray(start, end)))
    }
    this.answered++
    return REPLY
  }

  /** True when the last bytes read are of a reply that is not complete. Asked once, at the end. */
  endsInside(): boolean {
    return this.#isTape ? this.#readBytes > this.#frameStart : this.#decoder.finish() !== null
  }

  #wrong(failure: LoadFailure): typeof WRONG {
    this.failure = failure
    return WRONG
  }

  #due(inFlight: number) {
    const { answered } = this
    return { tape: this.#tape, connection: this.#connection, answered, inFlight }
  }
}

/** What a case feeds to its contenders: messages, their frames, and the frames cut into chunks. */
import { type Framing, parseFraming } from '../../wire/index.ts'

export interface TapePlan {
  framing: string
  frames: number
  /** Bytes of each message. */
  frameBytes: number
  /** Null: the whole stream is one. */
  chunkBytes: number | null
}

/** Buffers throughout: sockets deliver them, and packages for Node take them unconverted. */
export interface Tape {
  framing: Framing
  messages: readonly Buffer[]
  stream: Buffer
  /** Equal neighbours share their memory, as reads into one buffer do. */
  chunks: readonly Buffer[]
  chunkBytes: number
}

/** Long messages repeat themselves, so that their chunks may be equal. */
const PERIOD_BYTES = 1024
const FIRST_LETTER = 0x61
const LETTERS = 26
/** Digits in front by which messages differ. */
const NUMBER_BYTES = 6

/** The same for the same plan: letters and digits, which every framing carries. */
export function makeTape(plan: TapePlan): Tape {
  const { framing: id, frames, frameBytes } = plan
  const framing = parseFraming(id)
  const encoder = framing.encoder()
  const messages = Array.from({ length: frames }, (_, index) => makeMessage(frameBytes, index))
  const stream = Buffer.concat(messages.map((message) => encoder.encode(message)))
  const chunkBytes = plan.chunkBytes ?? stream.length
  return { framing, messages, stream, chunks: cut(stream, chunkBytes), chunkBytes }
}

function makeMessage(bytes: number, index: number): Buffer {
  const message = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at++) {
    message[at] = FIRST_LETTER + (((at % PERIOD_BYTES) * 7) % LETTERS)
  }
  message.write(String(index).padStart(NUMBER_BYTES, '0').slice(0, bytes))
  return message
}

export function cut(stream: Buffer, chunkBytes: number): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; at += chunkBytes) {
    const chunk = stream.subarray(at, at + chunkBytes)
    const last = chunks.at(-1)
    chunks.push(last?.equals(chunk) ? last : chunk)
  }
  return chunks
}

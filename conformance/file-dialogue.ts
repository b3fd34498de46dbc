/** One connection to a file server: requests out, replies in order (docs/files.md). */
import { createHash } from 'node:crypto'
import type { Dialogue } from './dialogue.ts'
import { concat, ReplyMalformed } from './reference/framing.ts'
import { headerFrame, md5, parse } from './reference/json-header.ts'
import { CaseFailure } from './verdict.ts'

type Keys = Readonly<Record<string, unknown>>

export interface FileReply {
  header: Keys
  message: Uint8Array
}

/** What `ls` answers. */
export interface Listing {
  files: { name: string; size: number }[]
  limits: { quota_bytes: number; file_bytes_max: number; piece_bytes_max: number }
}

export interface Piece {
  name: string
  upload?: string
  offset: number
  /** Of the whole file. */
  size: number
  bytes: Uint8Array
  /** Of everything up to the end of the piece. */
  sha256?: string
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** A request: its header with these keys, and its message. */
export function requestFrame(keys: Keys, message = NO_BYTES): Uint8Array {
  const json = JSON.stringify({ total_size: message.length, ...keys })
  return concat([headerFrame(json), message])
}

export function pieceFrame({ name, upload, offset, size, bytes, sha256 }: Piece): Uint8Array {
  const keys = { op: 'put', file_name: name, upload, offset, size, sha256, md5: md5(bytes) }
  return requestFrame(keys, bytes)
}

export class FileDialogue {
  readonly dialogue: Dialogue
  readonly #deadlineMs: number
  #readsTaken = 0
  #received = NO_BYTES

  constructor(dialogue: Dialogue, deadlineMs: number) {
    this.dialogue = dialogue
    this.#deadlineMs = deadlineMs
  }

  async send(bytes: Uint8Array): Promise<void> {
    await this.dialogue.peer.send(bytes, this.#deadlineMs, true)
  }

  async request(keys: Keys, message = NO_BYTES): Promise<FileReply> {
    await this.send(requestFrame(keys, message))
    return this.reply()
  }

  /** The next reply, whatever it says. */
  async reply(): Promise<FileReply> {
    const { peer } = this.dialogue
    await peer.readUntil(() => this.#next() !== null, this.#deadlineMs)
    const found = this.#next()
    if (found) {
      this.#received = this.#received.subarray(found.next)
      return found
    }
    const symptom = peer.open ? 'hung' : 'closed-early'
    const how = peer.open ? 'before the deadline' : 'before the connection ended'
    throw new CaseFailure(symptom, `A request got no reply ${how}.`)
  }

  #next(): (FileReply & { next: number }) | null {
    const { reads } = this.dialogue.peer
    if (this.#readsTaken < reads.length) {
      this.#received = concat([this.#received, ...reads.slice(this.#readsTaken)])
      this.#readsTaken = reads.length
    }
    try {
      const frame = parse(this.#received, 0)
      return frame === 'need-more' ? null : { ...frame, header: { ...frame.header } }
    } catch (error) {
      if (error instanceof ReplyMalformed) throw new CaseFailure('malformed-reply', error.message)
      throw error
    }
  }

  /** Something legal, and answered as such. */
  async done(keys: Keys, message = NO_BYTES): Promise<FileReply> {
    return this.#accepted(await this.request(keys, message), String(keys.op))
  }

  #accepted(reply: FileReply, what: string): FileReply {
    const { error } = reply.header
    if (error === undefined) return reply
    const why = new TextDecoder().decode(reply.message)
    throw new CaseFailure('rejected', `${what} was refused as ${error}: ${why}`)
  }

  async put(piece: Piece): Promise<FileReply> {
    await this.send(pieceFrame(piece))
    const what = `A put of ${piece.name}, ${piece.bytes.length} bytes from ${piece.offset} on,`
    return this.#accepted(await this.reply(), what)
  }

  /** A file in one piece. */
  async store(name: string, bytes: Uint8Array): Promise<void> {
    const piece = { name, offset: 0, size: bytes.length, bytes, sha256: sha256(bytes) }
    const { header } = await this.put(piece)
    if (header.stored === true) return
    throw new CaseFailure('lost-messages', `${name} was sent whole, and not reported as stored.`)
  }

  /** The whole file, however many pieces it takes. */
  async fetch(name: string): Promise<Uint8Array> {
    let bytes = NO_BYTES
    for (;;) {
      const { header, message } = await this.done({
        op: 'get',
        file_name: name,
        offset: bytes.length,
      })
      bytes = concat([bytes, message])
      if (header.sha256 !== sha256(bytes)) {
        throw new CaseFailure('corrupted', `The SHA-256 of ${name} is not that of its bytes.`)
      }
      if (bytes.length === header.size || message.length === 0) return bytes
    }
  }

  async list(): Promise<Listing> {
    const { message } = await this.done({ op: 'ls' })
    return JSON.parse(new TextDecoder().decode(message)) as Listing
  }

  /** The file has exactly these bytes. */
  async holds(name: string, bytes: Uint8Array, what: string): Promise<void> {
    const found = await this.fetch(name)
    if (sha256(found) === sha256(bytes)) return
    const detail = `${name} has ${found.length} bytes, and they are not ${what} (${bytes.length}).`
    throw new CaseFailure('corrupted', detail)
  }

  /** These names, and no other. */
  async lists(...names: readonly string[]): Promise<void> {
    const found = (await this.list()).files.map(({ name }) => name)
    const wanted = [...names].sort()
    if (JSON.stringify(found.sort()) === JSON.stringify(wanted)) return
    const detail = `The folder lists ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}.`
    throw new CaseFailure('extra-bytes', detail)
  }

  /** Refused with a word and a sentence; the connection goes on. */
  async refuses(what: string, code: string, keys: Keys, message = NO_BYTES): Promise<void> {
    await this.send(requestFrame(keys, message))
    await this.refused(what, code)
  }

  async refused(what: string, ...codes: readonly string[]): Promise<void> {
    const { header, message } = await this.reply()
    if (header.error === undefined) {
      throw new CaseFailure('not-rejected', `${what} must be refused; it was taken.`)
    }
    if (codes.includes(String(header.error)) && message.length > 0) return
    const said = `${header.error}: ${new TextDecoder().decode(message)}`
    const detail = `${what} must be refused as ${codes.join(' or ')}, in words. It said: ${said}`
    throw new CaseFailure('malformed-reply', detail)
  }

  /** After a frame that was refused: nothing more, and the end of the stream. */
  async ended(): Promise<void> {
    const { peer } = this.dialogue
    await peer.readUntil(() => this.#next() !== null, this.#deadlineMs)
    if (this.#next()) {
      throw new CaseFailure(
        'answered-after-error',
        'Something behind a refused frame was answered.',
      )
    }
    if (peer.open) throw new CaseFailure('not-closed', 'After a refused frame it stayed open.')
  }

  /** Cut off: no goodbye. */
  cut(): void {
    this.dialogue.peer.reset()
  }
}

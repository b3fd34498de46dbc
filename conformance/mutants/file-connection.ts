/** The file server that mutants are made from: right as it stands, with its files in memory. */
import { createHash } from 'node:crypto'
import type { Header } from './json-connection.ts'
import { JsonConnection } from './json-connection.ts'

const FILE_BYTES_MAX = 4 * 1024 * 1024
const QUOTA_BYTES = 4 * FILE_BYTES_MAX
const RESERVED_PREFIX = '.framegate-'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const NO_NAME = /^\.{0,2}$|[/\\\u0000-\u001f\u007f-\u009f]/

/** An upload under way, or what is left of one. */
export interface Upload {
  name: string
  size: number
  bytes: Uint8Array
  /** Its connection; null once that is gone. */
  owner: FileConnection | null
}

export interface Put {
  name: string
  offset: number
  size: number
  bytes: Uint8Array
  sha256: string | undefined
}

class Refusal extends Error {
  override readonly name = 'Refusal'
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const files = new Map<string, Uint8Array>()
const uploads = new Map<string, Upload>()
let ordinal = 0

export class FileConnection extends JsonConnection {
  static readonly service = 'files' as const
  readonly files = files
  values = new Map<string, string>()
  reason = 'header-malformed'
  isRepeated = false
  upload: Upload | null = null

  // --- what the framing refuses ---

  override mayFollow(before: string | undefined, now: string): boolean {
    if (before !== undefined && before !== now) this.isRepeated = true
    return true
  }

  override checked(values: Map<string, string>): Header | null {
    this.values = values
    const isDigits = /^\d+$/.test(values.get('total_size') ?? '')
    this.reason = isDigits ? 'length-unsafe' : 'length-malformed'
    return super.checked(values)
  }

  override isTooLong(length: number): boolean {
    this.reason = 'length-over-max'
    return super.isTooLong(length)
  }

  override isDamaged(message: Uint8Array, header: Header): boolean {
    this.reason = 'digest-mismatch'
    return super.isDamaged(message, header)
  }

  override refuse(): void {
    this.fail(this.reason)
    super.refuse()
  }

  // --- requests ---

  override answer(message: Uint8Array): void {
    const isRepeated = this.isRepeated
    this.isRepeated = false
    try {
      if (isRepeated) throw new Refusal('request-malformed')
      this.handle(this.textAt('op'), message)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.fail(error.message)
    }
  }

  handle(op: string | undefined, message: Uint8Array): void {
    if (op === 'ls') return this.list()
    if (op === 'get') return this.get(this.checkedName())
    if (op === 'resume') return this.resume(this.checkedName())
    if (op !== 'put') return this.fail(op === undefined ? 'request-malformed' : 'request-unknown')
    const name = this.checkedName()
    const offset = this.integerAt('offset') ?? 0
    const size = this.integerAt('size') ?? offset + message.length
    const digest = this.textAt('sha256')
    if (digest !== undefined && digest.length !== 64) throw new Refusal('request-malformed')
    this.put({ name, offset, size, bytes: message, sha256: digest })
  }

  textAt(key: string): string | undefined {
    const source = this.values.get(key)
    return source?.startsWith('"') ? (JSON.parse(source) as string) : undefined
  }

  integerAt(key: string): number | undefined {
    const source = this.values.get(key)
    if (source === undefined || /^\d+$/.test(source)) return source ? Number(source) : undefined
    throw new Refusal('request-malformed')
  }

  checkedName(): string {
    const name = this.textAt('file_name') ?? ''
    if (this.isNameRefused(name)) throw new Refusal('name-refused')
    return name
  }

  isNameRefused(name: string): boolean {
    return (
      NO_NAME.test(name) ||
      !name.isWellFormed() ||
      Buffer.byteLength(name) > 255 ||
      name.toLowerCase().startsWith(RESERVED_PREFIX)
    )
  }

  list(): void {
    const listed = [...files].map(([name, { length }]) => ({ name, size: length, modified: '' }))
    const limits = { file_bytes_max: FILE_BYTES_MAX, quota_bytes: QUOTA_BYTES }
    this.reply({}, Buffer.from(JSON.stringify({ files: listed, limits })))
  }

  get(name: string): void {
    const bytes = files.get(name)
    if (!bytes) throw new Refusal('not-found')
    const offset = this.integerAt('offset') ?? 0
    const end = Math.min(bytes.length, offset + (this.integerAt('length') ?? bytes.length))
    const digest = sha256(bytes.subarray(0, end))
    this.reply({ offset, size: bytes.length, sha256: digest }, bytes.subarray(offset, end))
  }

  // --- uploads ---

  resume(name: string): void {
    const size = this.integerAt('size') ?? 0
    const { bytes } = this.begin(name, size)
    this.reply({ offset: bytes.length, size, sha256: sha256(bytes) })
  }

  begin(name: string, size: number): Upload {
    if (this.isOverFileLimit(size)) throw new Refusal('file-too-large')
    this.leave()
    const key = this.keyOf(name, size, this.textAt('upload'))
    const found = uploads.get(key)
    const isFree = found && (found.owner === null || this.mayShare())
    const upload = isFree ? found : { name, size, bytes: new Uint8Array(0), owner: null }
    if (this.usedBytes() + size > QUOTA_BYTES) throw new Refusal('quota-exceeded')
    upload.owner = this
    uploads.set(found && !isFree ? `${key} ${++ordinal}` : key, upload)
    this.upload = upload
    return upload
  }

  mayShare(): boolean {
    return false
  }

  isOverFileLimit(size: number): boolean {
    return size > FILE_BYTES_MAX
  }

  keyOf(name: string, size: number, word: string | undefined): string {
    return JSON.stringify([name, size, word ?? ++ordinal])
  }

  /** What is there, and what has been promised. */
  usedBytes(): number {
    const stored = [...files.values()].reduce((sum, { length }) => sum + length, 0)
    const promised = [...uploads.values()].map(({ owner, size, bytes }) =>
      owner ? size : bytes.length,
    )
    return promised.reduce((sum, bytes) => sum + bytes, stored)
  }

  put(put: Put): void {
    const { name, offset, size, bytes } = put
    if (this.lacksDigest(put)) throw new Refusal('digest-missing')
    const isSame = this.upload?.name === name && this.upload.size === size
    if (offset > 0 && !(isSame && this.fits(offset, this.upload!))) {
      throw new Refusal('offset-mismatch')
    }
    const upload = isSame && this.upload!.bytes.length === offset ? this.upload! : null
    const current = upload ?? (offset > 0 ? this.upload! : this.begin(name, size))
    const whole = this.joined(current, put)
    if (put.sha256 !== undefined && this.differs(whole, put)) {
      this.leave()
      throw new Refusal('digest-mismatch')
    }
    current.bytes = whole
    this.took(current)
    const isLast = this.isComplete(current, put)
    if (isLast) this.store(current)
    this.reply({ offset: offset + bytes.length, size, ...(isLast ? { stored: true } : {}) })
  }

  lacksDigest({ sha256 }: Put): boolean {
    return !this.values.has('md5') && sha256 === undefined
  }

  fits(offset: number, { bytes }: Upload): boolean {
    return bytes.length === offset
  }

  joined({ bytes: before }: Upload, { bytes }: Put): Uint8Array {
    return Buffer.concat([before, bytes])
  }

  differs(whole: Uint8Array, { sha256: wanted }: Put): boolean {
    return sha256(whole) !== wanted
  }

  /** A piece is in. */
  took(_upload: Upload): void {}

  isComplete({ bytes, size }: Upload, _put: Put): boolean {
    return bytes.length === size
  }

  store(upload: Upload): void {
    this.files.set(upload.name, upload.bytes)
    this.forget(upload)
    this.upload = null
  }

  forget(upload: Upload): void {
    for (const [key, known] of uploads) if (known === upload) uploads.delete(key)
  }

  /** The connection goes on with something else, or is gone. */
  leave(): void {
    const upload = this.upload
    this.upload = null
    if (!upload) return
    upload.owner = null
    if (upload.bytes.length === 0) this.forget(upload)
  }

  override closed(error: Error | undefined): void {
    this.leave()
    super.closed(error)
  }

  // --- replies ---

  fail(code: string): void {
    this.reply({ error: code }, Buffer.from(`It is refused: ${code}.`))
  }

  reply(keys: Record<string, unknown>, message: Uint8Array = new Uint8Array(0)): void {
    const json = Buffer.from(JSON.stringify({ ...keys, total_size: message.length }))
    const length = Buffer.alloc(4)
    length.writeInt32LE(json.length)
    this.write(Buffer.concat([length, json, message]))
  }
}

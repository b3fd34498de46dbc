/** Mutants that are wrong about the JSON header. */
import { JsonConnection } from './json-connection.ts'
import { defineMutants } from './mutant.ts'

export const jsonHeaders = defineMutants([
  {
    id: 'digest-not-verified',
    fault: 'md5 is carried and never looked at.',
    killedBy: { 'json-header/wrong-digest': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isDamaged() {
        return false
      }
    },
  },
  {
    id: 'digest-compared-as-text',
    fault: 'md5 in upper case is taken for another.',
    killedBy: { 'json-header/upper-case-digest': ['closed-early'] },
    connection: class extends JsonConnection {
      override isDamaged(...[message, header]: Parameters<JsonConnection['isDamaged']>) {
        if (header.md5 !== undefined && /[A-F]/.test(header.md5)) return true
        return super.isDamaged(message, header)
      }
    },
  },
  {
    id: 'digest-required',
    fault: 'A header without md5 is refused.',
    killedBy: { 'json-header/without-digest': ['closed-early'] },
    connection: class extends JsonConnection {
      override checked(values: Map<string, string>) {
        return values.has('md5') ? super.checked(values) : null
      }
    },
  },
  {
    id: 'last-size-wins',
    fault: 'Of two different sizes the last one is taken.',
    killedBy: { 'json-header/size-twice': ['not-rejected'] },
    connection: class extends JsonConnection {
      override mayFollow() {
        return true
      }
    },
  },
  {
    id: 'size-from-text',
    fault: 'A size that is a string is converted.',
    killedBy: { 'json-header/size-string': ['not-rejected'] },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return super.sizeOf(source?.replaceAll('"', ''))
      }
    },
  },
  {
    id: 'size-rounded',
    fault: 'A size with a fraction is rounded.',
    killedBy: { 'json-header/size-fraction': ['not-rejected'] },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return super.sizeOf(source?.replace(/\.\d+$/, ''))
      }
    },
  },
  {
    id: 'size-negative-is-zero',
    fault: 'A negative size is taken for zero.',
    killedBy: {
      'json-header/size-negative': ['not-rejected'],
      'hostile/length-negative': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return source?.startsWith('-') ? 0 : super.sizeOf(source)
      }
    },
  },
  {
    id: 'size-true-is-one',
    fault: 'A size of true is taken for one.',
    killedBy: { 'json-header/size-boolean': ['not-rejected'] },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return source === 'true' ? 1 : super.sizeOf(source)
      }
    },
  },
  {
    id: 'size-missing-is-zero',
    fault: 'A missing size is taken for zero.',
    killedBy: { 'json-header/size-missing': ['not-rejected'] },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return source === undefined ? 0 : super.sizeOf(source)
      }
    },
  },
  {
    id: 'size-in-32-bits',
    fault: 'A size is cut to 32 bits.',
    killedBy: {
      'hostile/length-wider-than-32-bits': ['not-rejected'],
      'json-header/size-beyond-exact': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        if (source === undefined || !/^\d+$/.test(source)) return super.sizeOf(source)
        return Number(BigInt.asUintN(32, BigInt(source)))
      }
    },
  },
  {
    id: 'size-infinite-is-any',
    fault: 'An infinite size means: until the end of the stream.',
    killedBy: { 'json-header/size-infinite': ['not-rejected'] },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        return Number(source) === Number.POSITIVE_INFINITY ? 0 : super.sizeOf(source)
      }
    },
  },
  {
    id: 'no-limit-of-header',
    fault: 'Headers may be as long as they like.',
    killedBy: { 'json-header/header-too-long': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isWrongHeaderLength(bytes: number) {
        return bytes < 1
      }
    },
  },
  {
    id: 'limit-of-header-one-low',
    fault: 'A header of exactly 65,536 bytes is refused.',
    killedBy: { 'json-header/longest-header': ['closed-early'] },
    connection: class extends JsonConnection {
      override isWrongHeaderLength(bytes: number) {
        return super.isWrongHeaderLength(bytes + 1)
      }
    },
  },
  {
    id: 'header-length-not-checked-below',
    fault: 'A header length of zero or less is taken for a header that says nothing.',
    killedBy: {
      'json-header/header-length-zero': ['not-rejected'],
      'json-header/header-length-negative': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override look(): ReturnType<JsonConnection['look']> {
        const whole = this.end - this.start >= 4
        const length = whole ? new DataView(this.input.buffer).getInt32(this.start, true) : 1
        return length > 0 ? super.look() : { message: new Uint8Array(0), next: this.start + 4 }
      }
    },
  },
  {
    id: 'byte-order-mark-taken-off',
    fault: 'A byte-order mark before the header is taken off.',
    killedBy: { 'json-header/byte-order-mark': ['not-rejected'] },
    connection: class extends JsonConnection {
      override textOf(bytes: Uint8Array) {
        return super.textOf(bytes).replace(/^\uFEFF/, '')
      }
    },
  },
  {
    id: 'broken-text-repaired',
    fault: 'A header that is no UTF-8 is repaired.',
    killedBy: { 'json-header/invalid-utf8': ['not-rejected'] },
    connection: class extends JsonConnection {
      override textOf(bytes: Uint8Array) {
        return new TextDecoder().decode(bytes)
      }
    },
  },
  {
    id: 'kind-parser',
    fault: 'Trailing commas and keys without quotes are forgiven.',
    killedBy: {
      'json-header/trailing-comma': ['not-rejected'],
      'json-header/not-json': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override textOf(bytes: Uint8Array) {
        const text = super.textOf(bytes)
        return text.replace(/,\s*}/g, '}').replace(/([{,])\s*(\w+)\s*:/g, '$1"$2":')
      }
    },
  },
  {
    id: 'any-json-is-a-header',
    fault: 'A header that is no object is one that says nothing; a missing size is zero.',
    killedBy: {
      'json-header/array': ['not-rejected'],
      'json-header/null': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
        return isObject ? super.topLevel(text, value) : new Map([['total_size', '0']])
      }
    },
  },
  {
    id: 'parser-error-ends-it',
    fault: 'A parser’s exception ends the process.',
    killedBy: {
      'json-header/not-json': ['crashed'],
      'json-header/deep-nesting': ['crashed'],
    },
    connection: class extends JsonConnection {
      override parse(text: string) {
        try {
          return super.parse(text)
        } catch (error) {
          console.error(error)
          process.exit(1)
        }
      }
    },
  },
  {
    id: 'merged-into-object',
    fault: 'Keys of the header are copied into an object: __proto__ changes all objects.',
    killedBy: { 'json-header/prototype-keys': ['closed-early', 'crashed', 'hung'] },
    connection: class extends JsonConnection {
      override parse(text: string) {
        const value = super.parse(text) as object
        for (const [key, nested] of Object.entries(value ?? {})) {
          if (key === '__proto__') Object.assign(Object.prototype, nested)
        }
        return value
      }
      override checked(values: Map<string, string>) {
        // What the server's own objects say by default has been changed by the header.
        const limits: { total_size?: number } = {}
        return limits.total_size === undefined ? super.checked(values) : null
      }
    },
  },
  {
    id: 'searches-for-the-key',
    fault: 'The size is searched in the text of the header.',
    killedBy: {
      'json-header/unknown-keys': ['closed-early', 'lost-messages'],
      'json-header/escaped-key': ['closed-early'],
      'json-header/spaces-and-order': ['closed-early'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        const size = /"total_size":(\d+)/.exec(text)?.[1]
        return size === undefined
          ? null
          : (super.topLevel(text, value)?.set('total_size', size) ?? null)
      }
    },
  },
  {
    id: 'header-length-in-characters',
    fault: 'The length of a header is counted in characters.',
    killedBy: {
      'json-header/file-name': ['closed-early', 'hung', 'corrupted'],
      'json-header/header-cut-inside-character': ['closed-early', 'hung', 'corrupted'],
    },
    connection: class extends JsonConnection {
      override headerOf(bytes: Uint8Array) {
        // As many characters as the length says are more bytes than the header has.
        const isAscii = bytes.every((byte) => byte < 0x80)
        return isAscii ? super.headerOf(bytes) : null
      }
    },
  },
  {
    id: 'header-decoded-per-read',
    fault: 'Every read is decoded to text, and the text encoded again.',
    killedBy: { 'json-header/header-cut-inside-character': ['closed-early', 'hung', 'corrupted'] },
    connection: class extends JsonConnection {
      override data(chunk: Uint8Array) {
        super.data(new TextEncoder().encode(new TextDecoder().decode(chunk)))
      }
    },
  },
])

/** More mutants of the rules of JSON headers. */
import { HEADER_BYTES } from './connection.ts'
import { type Header, JsonConnection } from './json-connection.ts'
import { defineMutants } from './mutant.ts'

const DEPTH_MAX = 64
const SHORT_HEADER_BYTES = 4_096

export const moreJsonHeaders = defineMutants([
  {
    id: 'json-control-characters',
    fault: 'Strings may have control characters in them.',
    killedBy: { 'json-header/control-character': ['not-rejected'] },
    connection: class extends JsonConnection {
      override parse(text: string) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
        return super.parse(text.replace(/[\0-\x1f]/g, ' '))
      }
    },
  },
  {
    id: 'json-part-of-digest',
    fault: 'Of the digest the first eight digits are compared.',
    killedBy: { 'json-header/digest-with-a-wrong-digit': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isDamaged(message: Uint8Array, { total_size, md5 }: Header) {
        const digest = new Bun.CryptoHasher('md5').update(message).digest('hex')
        const compared = md5 && md5.slice(0, 8) + digest.slice(8)
        return super.isDamaged(message, compared ? { total_size, md5: compared } : { total_size })
      }
    },
  },
  {
    id: 'json-takes-nan',
    fault: 'NaN is taken for a value.',
    killedBy: { 'json-header/not-a-number-elsewhere': ['not-rejected'] },
    connection: class extends JsonConnection {
      override parse(text: string) {
        return super.parse(text.replaceAll(':NaN', ':null'))
      }
    },
  },
  {
    id: 'json-digest-of-small-only',
    fault: 'Digests of messages over 64 KiB are not looked at.',
    killedBy: { 'json-header/wrong-digest-of-large': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isDamaged(message: Uint8Array, header: Header) {
        return message.length <= 65_536 && super.isDamaged(message, header)
      }
    },
  },
  {
    id: 'json-nesting-limit',
    fault: 'Values that are nested over 64 deep are refused.',
    killedBy: {
      'json-header/nested-in-unknown-key': ['closed-early'],
      'json-header/nested-very-deep': ['closed-early'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        let depth = 0
        for (const mark of text) {
          if ('{['.includes(mark) && ++depth > DEPTH_MAX) return null
          if ('}]'.includes(mark)) depth--
        }
        return super.topLevel(text, value)
      }
    },
  },
  {
    id: 'json-keys-searched-in-text',
    fault: 'The size is the first number behind its name, wherever that stands.',
    killedBy: {
      'json-header/names-in-values': ['hung', 'closed-early', 'corrupted', 'lost-messages'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        const found = super.topLevel(text, value)
        const first = /total_size\D*(\d+)/.exec(text)?.[1]
        if (found && first) found.set('total_size', first)
        return found
      }
    },
  },
  {
    id: 'json-no-key-twice',
    fault: 'A key that is there twice is refused, though its values agree.',
    killedBy: { 'json-header/agreeing-sizes': ['closed-early'] },
    connection: class extends JsonConnection {
      override mayFollow(before: string | undefined) {
        return before === undefined
      }
    },
  },
  {
    id: 'json-short-headers',
    fault: 'A header of over 4,096 bytes is refused.',
    killedBy: {
      'json-header/long-header-in-pieces': ['closed-early'],
      'json-header/longest-header': ['closed-early'],
    },
    connection: class extends JsonConnection {
      override isWrongHeaderLength(bytes: number) {
        return super.isWrongHeaderLength(bytes) || bytes > SHORT_HEADER_BYTES
      }
    },
  },
  {
    id: 'json-length-with-header',
    fault: 'A length without its header in the same read is thrown away.',
    killedBy: {
      'json-header/header-apart-from-length': [
        'lost-messages',
        'closed-early',
        'hung',
        'corrupted',
      ],
    },
    connection: class extends JsonConnection {
      override data(chunk: Uint8Array) {
        super.data(chunk)
        if (this.end - this.start === HEADER_BYTES) this.start = this.end
      }
    },
  },
  {
    id: 'json-spaced-replies',
    fault: 'Replies have headers with spaces in them.',
    killedBy: { 'json-header/reply-is-compact': ['malformed-reply'] },
    connection: class extends JsonConnection {
      override frame(message: Uint8Array) {
        const json = Buffer.from(`{ "total_size": ${message.length} }`)
        const length = Buffer.alloc(HEADER_BYTES)
        length.writeInt32LE(json.length)
        return new Uint8Array(Buffer.concat([length, json, message]))
      }
    },
  },
  {
    id: 'json-any-value',
    fault: 'A header that is no object has a size of zero.',
    killedBy: {
      'json-header/number': ['not-rejected'],
      'json-header/string': ['not-rejected'],
      'json-header/boolean': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        return super.topLevel(text, value) ?? new Map([['total_size', '0']])
      }
    },
  },
  {
    id: 'json-kind-parser',
    fault: 'Headers are repaired before they are parsed.',
    killedBy: {
      'json-header/two-objects': ['not-rejected'],
      'json-header/nul-behind': ['not-rejected'],
      'json-header/cut-short': ['not-rejected'],
      'json-header/single-quotes': ['not-rejected'],
      'json-header/comment': ['not-rejected'],
      'json-header/only-spaces': ['not-rejected'],
      'json-header/header-in-utf16': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override textOf(bytes: Uint8Array) {
        const isWide = bytes[1] === 0
        const text = Buffer.from(bytes)
          .toString(isWide ? 'utf16le' : 'utf8')
          .split('\0')[0]!
        const plain = text
          .replaceAll("'", '"')
          .replace(/\/\*.*\*\//, '')
          .replace(/\}\{.*$/, '}')
        if (plain.trim() === '') return '{"total_size":0}'
        return plain.endsWith('}') ? plain : `${plain}}`
      }
    },
  },
  {
    id: 'json-nested-sizes',
    fault: 'A key counts wherever it stands, and in capitals as well.',
    killedBy: {
      'json-header/size-nested-alone': ['not-rejected'],
      'json-header/size-in-capitals': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override topLevel(text: string, value: unknown) {
        const found = super.topLevel(text, value)
        const size = /"total_size":(\d+)/i.exec(text)?.[1]
        if (found && size && !found.has('total_size')) found.set('total_size', size)
        return found
      }
    },
  },
  {
    id: 'json-sizes-converted',
    fault: 'Whatever is there as size is made a number, and zero where it is none.',
    killedBy: {
      'json-header/size-null': ['not-rejected'],
      'json-header/size-array': ['not-rejected'],
      'json-header/size-object': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override headerOf(bytes: Uint8Array) {
        const header = super.headerOf(bytes)
        if (header) return header
        const { total_size } = JSON.parse(this.textOf(bytes))
        return { total_size: Number(total_size) || 0 }
      }
    },
  },
  {
    id: 'json-numbers-of-other-languages',
    fault: 'Sizes may have zeros in front, or be hexadecimal.',
    killedBy: {
      'json-header/size-leading-zero': ['not-rejected'],
      'json-header/size-hexadecimal': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override textOf(bytes: Uint8Array) {
        return super.textOf(bytes).replace(/:0x?(?=\d)/, ':')
      }
    },
  },
  {
    id: 'json-sizes-by-value',
    fault: 'A size is a whole number, however it is spelled.',
    killedBy: {
      'json-header/size-exponent': ['not-rejected'],
      'json-header/size-whole-fraction': ['not-rejected'],
      'json-header/size-minus-zero': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override sizeOf(source: string | undefined) {
        const size = Number(source)
        return Number.isSafeInteger(size) && size >= 0 ? size : null
      }
    },
  },
  {
    id: 'json-digest-if-it-looks-like-one',
    fault: 'An md5 that is no digest is taken for none.',
    killedBy: {
      'json-header/digest-too-short': ['not-rejected'],
      'json-header/digest-not-text': ['not-rejected'],
      'json-header/digest-empty': ['not-rejected'],
    },
    connection: class extends JsonConnection {
      override checked(values: Map<string, string>) {
        if (!/^"[0-9a-fA-F]{32}"$/.test(values.get('md5') ?? '')) values.delete('md5')
        return super.checked(values)
      }
    },
  },
  {
    id: 'json-first-digits-of-digest',
    fault: 'Of the digest only the zeros are looked at: one of zeros alone is refused.',
    killedBy: { 'json-header/digest-of-another': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isDamaged(_message: Uint8Array, header: { md5?: string }) {
        return header.md5 !== undefined && /^0+$/.test(header.md5)
      }
    },
  },
  {
    id: 'json-name-of-any-kind',
    fault: 'A file_name may be anything.',
    killedBy: { 'json-header/file-name-not-text': ['not-rejected'] },
    connection: class extends JsonConnection {
      override isName() {
        return true
      }
    },
  },
])

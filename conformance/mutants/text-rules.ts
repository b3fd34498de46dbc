/** Mutants of the rules of netstring, content-length and lines. */
import { defineMutants } from './mutant.ts'
import {
  ContentLengthConnection,
  DelimiterConnection,
  LineConnection,
  NetstringConnection,
} from './text-connections.ts'

const CR = 0x0d
const DIGIT_ZERO = 0x30

export const textRules = defineMutants([
  {
    id: 'netstring-leading-zeros',
    fault: 'A length may begin with zeros.',
    killedBy: {
      'netstring/zeros-for-zero': ['not-rejected'],
      'netstring/leading-zero': ['not-rejected'],
    },
    connection: class extends NetstringConnection {
      override lengthOf(text: string) {
        return super.lengthOf(text.replace(/^0+(?=\d)/, ''))
      }
    },
  },
  {
    id: 'netstring-number-parser',
    fault: 'A length is whatever the language takes for a number; below zero is zero.',
    killedBy: {
      'netstring/hexadecimal': ['not-rejected'],
      'netstring/space-behind': ['not-rejected'],
      'netstring/line-feed-behind': ['not-rejected'],

      'netstring/empty-length': ['not-rejected'],
      'netstring/negative': ['not-rejected'],
      'netstring/plus-sign': ['not-rejected'],
      'netstring/space': ['not-rejected'],
    },
    connection: class extends NetstringConnection {
      override lengthOf(text: string) {
        return Number.isNaN(Number(text)) ? null : Math.max(0, Number(text))
      }
      override mayBecomeLength(text: string) {
        return /^[\s+-]*\d*$/.test(text)
      }
    },
  },
  {
    id: 'netstring-counts-any-byte',
    fault: 'A length is counted from its bytes without a look at what they are.',
    killedBy: { 'netstring/no-digit': ['not-rejected'] },
    connection: class extends NetstringConnection {
      override lengthOf(text: string) {
        let length = 0
        for (const letter of text) length = 10 * length + letter.charCodeAt(0) - DIGIT_ZERO
        return length
      }
    },
  },
  {
    id: 'netstring-skips-comma',
    fault: 'The byte behind the message is skipped unseen.',
    killedBy: { 'netstring/no-comma': ['not-rejected'] },
    connection: class extends NetstringConnection {
      override isEnd() {
        return true
      }
    },
  },
  {
    id: 'netstring-waits-for-colon',
    fault: 'Digits are collected until a colon comes.',
    killedBy: {
      'netstring/over-max-before-colon': ['not-rejected'],
      'netstring/digits-without-end': ['not-rejected'],
    },
    connection: class extends NetstringConnection {
      override digitsMax = 1_000
      override mayBecomeLength() {
        return true
      }
    },
  },
  {
    id: 'content-length-exact-name',
    fault: 'The name of the header is compared letter for letter.',
    killedBy: { 'content-length/case-and-spaces': ['closed-early'] },
    connection: class extends ContentLengthConnection {
      override isLengthName(name: string) {
        return name === 'Content-Length'
      }
    },
  },
  {
    id: 'content-length-alone',
    fault: 'Any other header is refused.',
    killedBy: { 'content-length/other-headers': ['closed-early'] },
    connection: class extends ContentLengthConnection {
      override mayHave() {
        return false
      }
    },
  },
  {
    id: 'content-length-missing-is-zero',
    fault: 'A missing length is taken for zero.',
    killedBy: { 'content-length/missing': ['not-rejected'] },
    connection: class extends ContentLengthConnection {
      override agreed(lengths: readonly (number | null)[]) {
        return lengths.length === 0 ? 0 : super.agreed(lengths)
      }
    },
  },
  {
    id: 'content-length-parsed-kindly',
    fault: 'A length is read as far as it is a number; below zero is zero.',
    killedBy: {
      'content-length/negative': ['not-rejected'],
      'content-length/plus-sign': ['not-rejected'],
      'content-length/not-a-number': ['not-rejected'],
    },
    connection: class extends ContentLengthConnection {
      override lengthFrom(text: string) {
        return Math.max(0, Number.parseInt(text, 10))
      }
    },
  },
  {
    id: 'content-length-first-wins',
    fault: 'Of two lengths the first is taken.',
    killedBy: { 'content-length/two-values': ['not-rejected'] },
    connection: class extends ContentLengthConnection {
      override agreed(lengths: readonly (number | null)[]) {
        return lengths[0] ?? null
      }
    },
  },
  {
    id: 'content-length-bare-line-feeds',
    fault: 'Lines may end in LF alone.',
    killedBy: { 'content-length/bare-line-feed': ['not-rejected'] },
    connection: class extends ContentLengthConnection {
      override data(chunk: Uint8Array) {
        const text = Buffer.from(chunk).toString('latin1')
        super.data(Buffer.from(text.replace(/(?<!\r)\n/g, '\r\n'), 'latin1'))
      }
    },
  },
  {
    id: 'content-length-endless-header',
    fault: 'A header block may be as long as it likes.',
    killedBy: {
      'content-length/endless-header': ['not-rejected'],
      'content-length/header-over-limit': ['not-rejected'],
    },
    connection: class extends ContentLengthConnection {
      override blockBytesMax = Number.POSITIVE_INFINITY
    },
  },
  {
    id: 'content-length-blank-line-in-one-read',
    fault: 'The empty line is searched in what one read returned.',
    killedBy: { 'content-length/header-cut-anywhere': ['lost-messages', 'closed-early'] },
    connection: class extends ContentLengthConnection {
      #from = 0
      override append(chunk: Uint8Array) {
        super.append(chunk)
        this.#from = this.end - chunk.length
      }
      override look() {
        const fresh = Buffer.from(this.input.subarray(Math.max(this.start, this.#from), this.end))
        const wasWhole = this.#wasWhole
        this.#wasWhole = fresh.includes('\r\n\r\n')
        return wasWhole || this.#wasWhole ? super.look() : ('need-more' as const)
      }
      #wasWhole = false
    },
  },
  {
    id: 'line-without-cr',
    fault: 'A CR before the line feed is taken off.',
    killedBy: { 'line/carriage-return-kept': ['corrupted', 'split'] },
    connection: class extends LineConnection {
      override answer(message: Uint8Array) {
        super.answer(message.at(-1) === CR ? message.subarray(0, -1) : message)
      }
    },
  },
  {
    id: 'line-without-limit',
    fault: 'A line may be as long as it likes.',
    killedBy: { 'delimited/over-max': ['not-rejected'] },
    connection: class extends LineConnection {
      override isTooLong() {
        return false
      }
    },
  },
  {
    id: 'delimiter-in-one-read',
    fault: 'The mark is searched in what one read returned.',
    killedBy: { 'delimiter/straddles-reads': ['lost-messages', 'merged'] },
    connection: class extends DelimiterConnection {
      #from = 0
      override append(chunk: Uint8Array) {
        super.append(chunk)
        this.#from = this.end - chunk.length
      }
      override markFrom(at: number) {
        return super.markFrom(Math.max(at, this.#from))
      }
    },
  },
])

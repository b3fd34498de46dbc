/** More mutants of the rules of netstring, content-length, lines and delimiters. */
import { MESSAGE_BYTES_MAX } from './connection.ts'
import { defineMutants } from './mutant.ts'
import {
  ContentLengthConnection,
  DelimiterConnection,
  LineConnection,
  NetstringConnection,
} from './text-connections.ts'

export const moreTextRules = defineMutants([
  {
    id: 'netstring-digits-by-logarithm',
    fault: 'A length has as many digits as its logarithm says: too few for powers of ten.',
    killedBy: { 'boundary/length-width-edges': ['malformed-reply', 'corrupted', 'lost-bytes'] },
    connection: class extends NetstringConnection {
      override frame(message: Uint8Array) {
        const { length } = message
        const right = super.frame(message)
        if (length < 10_000 || !Number.isInteger(Math.log10(length))) return right
        const digits = String(length).slice(0, Math.log10(length))
        const rest = right.subarray(String(length).length)
        return new Uint8Array(Buffer.concat([Buffer.from(digits), rest]))
      }
    },
  },
  {
    id: 'content-length-found-in-text',
    fault: 'The first place where the name of the header stands is taken for the header.',
    killedBy: {
      'content-length/name-inside-others': ['split', 'corrupted', 'closed-early', 'lost-bytes'],
    },
    connection: class extends ContentLengthConnection {
      override lengthIn(lines: readonly string[]) {
        const [, found] = /content-length:[ \t]*(\d+)/i.exec(lines.join('\r\n')) ?? []
        return found === undefined ? null : Number(found)
      }
    },
  },
  {
    id: 'content-length-any-white-space',
    fault: 'Whatever JavaScript takes for white space may stand around a length.',
    killedBy: { 'content-length/other-white-space': ['not-rejected'] },
    connection: class extends ContentLengthConnection {
      override lengthFrom(text: string) {
        return super.lengthFrom(text.trim())
      }
    },
  },
  {
    id: 'content-length-unfolds',
    fault: 'A line that begins with a space belongs to the line before.',
    killedBy: { 'content-length/folded-line': ['not-rejected'] },
    connection: class extends ContentLengthConnection {
      override lengthIn(lines: readonly string[]) {
        return super.lengthIn(lines.filter((line) => !/^[ \t]/.test(line)))
      }
    },
  },
  {
    id: 'netstring-before-comma',
    fault: 'A message is answered before its comma has come.',
    killedBy: { 'netstring/comma-apart': ['delivered-early'] },
    connection: class extends NetstringConnection {
      #early = 0
      override answerAll() {
        super.answerAll()
        const held = Buffer.from(this.input.subarray(this.start, this.end)).toString('latin1')
        const [head, digits] = /^(\d+):/.exec(held) ?? []
        const isWhole = head !== undefined && held.length === head.length + Number(digits)
        if (!isWhole) return
        this.#early++
        super.answer(this.input.slice(this.start + head.length, this.end))
      }
      override answer(message: Uint8Array) {
        if (this.#early > 0) this.#early--
        else super.answer(message)
      }
    },
  },
  {
    id: 'netstring-digits-in-one-read',
    fault: 'Digits without their colon in the same read are thrown away.',
    killedBy: {
      'netstring/length-cut-anywhere': [
        'closed-early',
        'hung',
        'lost-messages',
        'corrupted',
        'split',
      ],
    },
    connection: class extends NetstringConnection {
      override data(chunk: Uint8Array) {
        super.data(chunk)
        const held = this.input.subarray(this.start, this.end)
        if (!held.includes(0x3a)) this.start = this.end
      }
    },
  },
  {
    id: 'content-length-once',
    fault: 'A length that is given twice is refused, whatever it says.',
    killedBy: { 'content-length/same-value-twice': ['closed-early'] },
    connection: class extends ContentLengthConnection {
      override agreed(lengths: readonly (number | null)[]) {
        return lengths.length === 1 ? lengths[0]! : null
      }
    },
  },
  {
    id: 'content-length-short-header',
    fault: 'A header block of exactly the limit is refused.',
    killedBy: { 'content-length/longest-header': ['closed-early'] },
    connection: class extends ContentLengthConnection {
      override blockBytesMax = 8_191
    },
  },
  {
    id: 'content-length-number-parser',
    fault: 'A length is whatever the language takes for a number; nothing and no number are zero.',
    killedBy: {
      'content-length/empty-value': ['not-rejected'],
      'content-length/list': ['not-rejected'],
      'content-length/hexadecimal': ['not-rejected'],
      'content-length/fraction': ['not-rejected'],
    },
    connection: class extends ContentLengthConnection {
      override lengthFrom(text: string) {
        return Number(text) || 0
      }
    },
  },
  {
    id: 'content-length-kind-lines',
    fault: 'Spaces before a colon are cut off, and lines without one are skipped.',
    killedBy: {
      'content-length/space-before-colon': ['not-rejected'],
      'content-length/line-without-colon': ['not-rejected'],
    },
    connection: class extends ContentLengthConnection {
      override lengthIn(lines: readonly string[]) {
        const headers = lines.filter((line) => line.includes(':'))
        return super.lengthIn(headers.map((line) => line.replace(/\s+:/, ':')))
      }
    },
  },
  {
    id: 'content-length-with-type',
    fault: 'Replies have a content-type that nobody asked for.',
    killedBy: { 'content-length/reply-is-plain': ['malformed-reply'] },
    connection: class extends ContentLengthConnection {
      override frame(message: Uint8Array) {
        return new Uint8Array(
          Buffer.concat([Buffer.from('X-Type: echo\r\n'), super.frame(message)]),
        )
      }
    },
  },
  {
    id: 'line-skips-empty',
    fault: 'Empty lines are skipped.',
    killedBy: { 'line/empty-lines': ['lost-messages', 'hung'] },
    connection: class extends LineConnection {
      override answer(message: Uint8Array) {
        if (message.length > 0) super.answer(message)
      }
    },
  },
  {
    id: 'line-knows-other-breaks',
    fault: 'Lines end at vertical tabs and form feeds as well.',
    killedBy: { 'line/other-breaks': ['split', 'lost-bytes'] },
    connection: class extends LineConnection {
      override answer(message: Uint8Array) {
        const lines = Buffer.from(message)
          .toString('latin1')
          .split(/[\v\f]/)
        for (const line of lines) super.answer(new Uint8Array(Buffer.from(line, 'latin1')))
      }
    },
  },
  {
    id: 'line-delivers-rest',
    fault: 'What stands behind the last line feed is answered at the end of the stream.',
    killedBy: { 'line/unfinished-last-line': ['truncated-delivered'] },
    connection: class extends LineConnection {
      override ended() {
        if (this.end > this.start) this.answer(this.input.slice(this.start, this.end))
        super.ended()
      }
    },
  },
  {
    id: 'delimiter-never-goes-back',
    fault: 'A byte that ends a half-seen mark is not looked at as the beginning of another.',
    killedBy: { 'delimiter/half-a-mark-inside': ['lost-messages', 'hung'] },
    connection: class extends DelimiterConnection {
      override markFrom(from: number) {
        let seen = 0
        for (let at = from; at < this.end; at++) {
          seen = this.input[at] === this.mark[seen] ? seen + 1 : 0
          if (seen === this.mark.length) return at + 1 - seen
        }
        return -1
      }
    },
  },
  {
    id: 'line-limit-counts-mark',
    fault: 'The limit counts the line feed as well.',
    killedBy: { 'delimited/limit-without-mark': ['closed-early'] },
    connection: class extends LineConnection {
      override isTooLong(length: number) {
        return length + this.mark.length > MESSAGE_BYTES_MAX
      }
    },
  },
])

/** Header lines, an empty line, message, as in the Language Server Protocol. Checks CL-n. */
import { ReplyMalformed, reference, text } from './framing.ts'

export const HEADER_BLOCK_BYTES_MAX = 8_192

const header = (length: bigint | number): Uint8Array => text(`Content-Length: ${length}\r\n\r\n`)

export const contentLengthReference = reference({
  id: 'content-length',
  family: 'length',
  carriesEmpty: true,
  messageBytesMax: Number.MAX_SAFE_INTEGER,
  adapt: (message) => message,
  pieces: (message) => [header(message.length), message],
  headerBytes: (message) => header(message.length).length,
  announce: (length) => (length < 0n ? null : header(length)),
  parse(bytes, at) {
    const block = Buffer.from(bytes.buffer, bytes.byteOffset + at, bytes.length - at)
    const end = block.subarray(0, HEADER_BLOCK_BYTES_MAX).indexOf('\r\n\r\n')
    if (end < 0) {
      if (block.length < HEADER_BLOCK_BYTES_MAX) return 'need-more'
      throw new ReplyMalformed('the reply’s header block does not end')
    }
    const lines = block.toString('latin1', 0, end).split('\r\n')
    const values = lines.flatMap(
      (line) => /^content-length:[ \t]*(\d+)[ \t]*$/i.exec(line)?.[1] ?? [],
    )
    if (new Set(values.map(Number)).size !== 1)
      throw new ReplyMalformed(`the reply’s header is "${lines.join(' | ')}"`)
    const start = at + end + 4
    const next = start + Number(values[0])
    return next > bytes.length ? 'need-more' : { message: bytes.subarray(start, next), next }
  },
})

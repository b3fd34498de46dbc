/** Messages in, frames out. */
import { encodeEach, encodeInto } from '../contenders/framegate.ts'
import { encodeItLengthPrefixed } from '../contenders/it-length-prefixed.ts'
import { encodeLengthPrefixedStream } from '../contenders/length-prefixed-stream.ts'
import { encodeSlip } from '../contenders/others.ts'
import { type MicroCase, own, peer, SHORT } from '../micro-case.ts'

const NO_CHUNKS = { chunkBytes: null }

const into = (framing: string) =>
  own(`framegate ${framing}, into memory`, {
    framing,
    delivers: 'range',
    open: encodeInto,
    ...NO_CHUNKS,
  })

const each = (framing: string) =>
  own(`framegate ${framing}, a frame each`, {
    framing,
    delivers: 'copy',
    open: encodeEach,
    ...NO_CHUNKS,
  })

const encoding = (id: string, contenders: MicroCase['contenders']): MicroCase => ({
  id,
  tool: 'mitata',
  makes: 'stream',
  ...SHORT,
  contenders,
})

export const ENCODE_CASES: readonly MicroCase[] = [
  encoding('encode-64B-varint', [
    into('varint'),
    each('varint'),
    peer('length-prefixed-stream', {
      framing: 'varint',
      delivers: 'length and message',
      open: encodeLengthPrefixedStream,
      ...NO_CHUNKS,
    }),
    peer('it-length-prefixed', {
      framing: 'varint',
      delivers: 'length and message',
      open: encodeItLengthPrefixed,
      ...NO_CHUNKS,
    }),
  ]),
  encoding('encode-64B-slip', [
    into('slip'),
    each('slip'),
    peer('slip', { framing: 'slip', delivers: 'copy', open: encodeSlip, ...NO_CHUNKS }),
  ]),
]

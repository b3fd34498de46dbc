/** Chunks in, messages out. */
import { decodeRanges, decodeTaken } from '../contenders/framegate.ts'
import { decodeItLengthPrefixed } from '../contenders/it-length-prefixed.ts'
import { decodeLengthPrefixedStream } from '../contenders/length-prefixed-stream.ts'
import {
  decodeFrameStream,
  decodeSerialportByteLength,
  decodeSerialportDelimiter,
  decodeSlip,
  decodeSplit2,
  decodeVscodeJsonrpc,
} from '../contenders/others.ts'
import { LONG, MIB, type MicroCase, own, peer, SHORT, timesAsFast } from '../micro-case.ts'

const ranges = (framing: string) =>
  own(`framegate ${framing}`, { framing, delivers: 'range', open: decodeRanges })

const taken = (framing: string) =>
  own(`framegate ${framing}, taken`, { framing, delivers: 'copy', open: decodeTaken })

const lengthPrefixedStream = (ratio: number) =>
  peer('length-prefixed-stream', {
    framing: 'varint',
    delivers: 'view',
    open: decodeLengthPrefixedStream,
    wanted: timesAsFast(ratio, 'length-prefixed-stream'),
  })

const itLengthPrefixed = {
  framing: 'varint',
  delivers: 'list of views',
  open: decodeItLengthPrefixed,
}

const aThirdOfU32le = {
  ...ranges('u32le'),
  wanted: { ratio: 1 / 3, text: 'at least a third of u32le' },
}

const decoding = (
  id: string,
  tape: Pick<MicroCase, 'frames' | 'frameBytes'>,
  contenders: MicroCase['contenders'],
): MicroCase => ({ id, tool: 'mitata', makes: 'messages', ...tape, contenders })

/** One frame that comes in a read a KiB, against the same in one read. */
const keepLong: MicroCase = decoding('keep-16MiB-u32le', { frames: 1, frameBytes: 16 * MIB }, [
  { ...taken('u32le'), chunkBytes: 1024 },
  {
    ...taken('u32le'),
    label: 'framegate u32le, taken, in one chunk',
    chunkBytes: null,
    wanted: { ratio: 1 / 2, text: 'at most twice the time of one chunk' },
  },
])

export const DECODE_CASES: readonly MicroCase[] = [
  decoding('decode-64B-varint', SHORT, [
    ranges('varint'),
    taken('varint'),
    aThirdOfU32le,
    lengthPrefixedStream(5),
    peer('it-length-prefixed', {
      ...itLengthPrefixed,
      wanted: timesAsFast(25, 'it-length-prefixed'),
    }),
  ]),
  decoding('decode-4KiB-varint', LONG, [
    ranges('varint'),
    taken('varint'),
    lengthPrefixedStream(2),
    peer('it-length-prefixed', itLengthPrefixed),
  ]),
  decoding('decode-64B-netstring', SHORT, [ranges('netstring'), aThirdOfU32le]),
  decoding('decode-64B-u32be', SHORT, [
    ranges('u32be'),
    peer('frame-stream', { framing: 'u32be', delivers: 'view', open: decodeFrameStream }),
  ]),
  decoding('decode-64B-line', SHORT, [
    ranges('line'),
    taken('line'),
    peer('split2', {
      framing: 'line',
      delivers: 'string',
      open: decodeSplit2,
      wanted: timesAsFast(3, 'split2'),
    }),
    peer('@serialport/parser-delimiter', {
      framing: 'line',
      delivers: 'view',
      open: decodeSerialportDelimiter,
    }),
  ]),
  decoding('decode-64B-fixed', SHORT, [
    ranges('fixed:64'),
    peer('@serialport/parser-byte-length', {
      framing: 'fixed:64',
      delivers: 'copy',
      open: decodeSerialportByteLength,
    }),
  ]),
  decoding('decode-64B-content-length', SHORT, [
    ranges('content-length'),
    peer('vscode-jsonrpc', {
      framing: 'content-length',
      delivers: 'view',
      open: decodeVscodeJsonrpc,
    }),
  ]),
  decoding('decode-64B-slip', SHORT, [
    ranges('slip'),
    peer('slip', { framing: 'slip', delivers: 'copy', open: decodeSlip }),
  ]),
  keepLong,
]

/** MADE-UP EXAMPLE DATA FOR TESTS. Nothing in here was measured, on no machine. */
import type { MicroResult, MicroRow } from '../../bench/micro/result.ts'
import { exampleCompareResult } from './example-result.ts'

const row = (
  name: string,
  contender: string,
  framesPerSecond: number | null,
  more: Partial<MicroRow> = {},
): MicroRow => {
  const frameBytes = more.frameBytes ?? 64
  return {
    name,
    contender,
    framing: 'varint',
    frameBytes,
    chunkBytes: 64 * 1024,
    peer: null,
    delivers: 'range',
    framesPerSecond,
    bytesPerSecond: framesPerSecond && framesPerSecond * frameBytes,
    spread: framesPerSecond ? { low: framesPerSecond * 0.97, high: framesPerSecond * 1.02 } : null,
    ratioToPeer: null,
    targets: [],
    wrong: null,
    ...more,
  }
}

const ratio = (value: number) => ({ value, low: value * 0.95, high: value * 1.04 })

const goal = (text: string, wanted: number, reached: number) => [
  { text, wanted, reached, met: reached >= wanted },
]

export const exampleMicroResult = (): MicroResult => ({
  schema: 'framegate.micro/1',
  partial: false,
  environment: exampleCompareResult().bench.environment,
  rounds: 7,
  rows: [
    row('decode-64B-varint', 'framegate varint', 91_300_000),
    row('decode-64B-varint', 'framegate varint, taken', 22_000_000, {
      delivers: 'copy',
      ratioToPeer: ratio(4.15),
    }),
    row('decode-64B-varint', 'example-prefix', 17_100_000, {
      peer: 'example-prefix@1.2.3',
      delivers: 'view',
      ratioToPeer: ratio(5.34),
      targets: goal('at least 5 times as fast as example-prefix', 5, 5.34),
    }),
    row('keep-16MiB-u32le', 'framegate u32le, taken', 412, {
      framing: 'u32le',
      frameBytes: 16 * 1024 ** 2,
      chunkBytes: 1024,
      delivers: 'copy',
    }),
    row('keep-16MiB-u32le', 'framegate u32le, taken, in one chunk', 980, {
      framing: 'u32le',
      frameBytes: 16 * 1024 ** 2,
      chunkBytes: null,
      delivers: 'copy',
      ratioToPeer: ratio(0.42),
      targets: goal('at most twice the time of one chunk', 0.5, 0.42),
    }),
    row('decode-64B-line', 'framegate line', 41_000_000, { framing: 'line' }),
    row('decode-64B-line', 'example-split', null, {
      framing: 'line',
      peer: 'example-split@0.0.1',
      delivers: 'string',
      wrong: '16,383 messages instead of 16,384 | *the last* is missing',
    }),
  ],
})

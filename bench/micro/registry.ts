/** The one list of micro-benchmarks. A new one is a line in a file of cases/. */
import { DECODE_CASES } from './cases/decode.ts'
import { ENCODE_CASES } from './cases/encode.ts'
import { EXCHANGE_CASES } from './cases/exchange.ts'
import type { MicroCase } from './micro-case.ts'

export const MICRO_CASES: readonly MicroCase[] = [
  ...DECODE_CASES,
  ...ENCODE_CASES,
  ...EXCHANGE_CASES,
]

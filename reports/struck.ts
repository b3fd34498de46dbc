/** Cells without a number: because the server was wrong, or because it cannot be asked. */
import type { BenchCell } from '../bench/result.ts'

/** Not a fault: a framing with a one-byte length cannot carry a kilobyte. */
const UNSUPPORTED = 'unsupported'

/** True where the server was wrong under this load, and so has no number. */
export const isWrongUnderLoad = ({ conformant, struck }: BenchCell): boolean =>
  !conformant && struck?.symptom !== UNSUPPORTED

export const DIGIT_0 = 0x30

/** Digits that `value` (an integer, 0 or more) is written with. */
export function decimalBytes(value: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++
  return digits
}

/** Writes `value` as decimal digits at `offset` and answers the offset behind them. */
export function writeDecimal(value: number, target: Uint8Array, offset: number): number {
  const end = offset + decimalBytes(value)
  let rest = value
  for (let at = end - 1; at >= offset; at--) {
    target[at] = DIGIT_0 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return end
}

/**
 * Figures as people read them: three significant digits and a unit chosen by magnitude.
 * `411_734` messages are `412 k`; their spread is written in the same unit, `398–421`.
 */

/** One step of a scale: `{ divisor: 1e6, suffix: 'ms' }`. */
export interface Unit {
  readonly divisor: number
  readonly suffix: string
}

/** Steps of one scale, the smallest first. */
export type Scale = readonly Unit[]

export const COUNT: Scale = [
  { divisor: 1, suffix: '' },
  { divisor: 1e3, suffix: 'k' },
  { divisor: 1e6, suffix: 'M' },
  { divisor: 1e9, suffix: 'G' },
]

export const BYTES: Scale = [
  { divisor: 1, suffix: 'B' },
  { divisor: 1024, suffix: 'KiB' },
  { divisor: 1024 ** 2, suffix: 'MiB' },
  { divisor: 1024 ** 3, suffix: 'GiB' },
]

export const BYTES_PER_SECOND: Scale = BYTES.map(({ divisor, suffix }) => ({
  divisor,
  suffix: `${suffix}/s`,
}))

export const DURATION_NS: Scale = [
  { divisor: 1, suffix: 'ns' },
  { divisor: 1e3, suffix: 'µs' },
  { divisor: 1e6, suffix: 'ms' },
  { divisor: 1e9, suffix: 's' },
]

/** Keeps a figure and its unit, or a symbol and its word, on one line. */
export const NO_BREAK_SPACE = '\u00a0'
/** Keeps a line from being broken behind a dash. */
const WORD_JOINER = '\u2060'

/**
 * Three significant digits without an exponent; four before a step of 1024 is reached. A whole
 * number below a thousand stays whole where nothing was rounded away: `64`, not `64.0`.
 */
const digits = (scaled: number, whole: boolean): string => {
  if (whole) return String(scaled)
  const magnitude = Math.abs(Number(scaled.toPrecision(3)))
  if (magnitude >= 100) return String(Math.round(scaled))
  return scaled.toFixed(magnitude >= 10 ? 1 : 2)
}

const digitsIn = (value: number, unit: Unit): string =>
  digits(value / unit.divisor, unit.divisor === 1 && Number.isInteger(value))

/** The largest unit in which the rounded figure is at least 1. */
const unitFor = (value: number, scale: Scale): Unit => {
  for (let index = 0; index < scale.length - 1; index += 1) {
    const unit = scale[index]!
    const next = scale[index + 1]!
    // 999.6 rounds to 1000: it is written as 1.00 k, so the rounded figure decides.
    if (Number(digitsIn(Math.abs(value), unit)) * unit.divisor < next.divisor) return unit
  }
  return scale.at(-1)!
}

const joined = (figure: string, suffix: string): string =>
  suffix === '' ? figure : `${figure}${NO_BREAK_SPACE}${suffix}`

/** `412 k`, `52.4 µs`, `1.41 GiB/s`. */
export const quantity = (value: number, scale: Scale): string => {
  const unit = unitFor(value, scale)
  return joined(digitsIn(value, unit), unit.suffix)
}

/** Lowest and highest, in the unit of the value they stand beside and without it: `398–421`. */
export const range = (value: number, low: number, high: number, scale: Scale): string => {
  const unit = unitFor(value, scale)
  const figures = [low, high].map((value) => digitsIn(value, unit))
  return figures.join(`${WORD_JOINER}–${WORD_JOINER}`)
}

/** Sizes that somebody chose: exact, without decimals where there are none. `64 B`, `1.5 KiB`. */
export const size = (bytes: number): string => {
  const unit = BYTES.findLast(({ divisor }) => bytes >= divisor) ?? BYTES[0]!
  return joined(String(Number((bytes / unit.divisor).toFixed(2))), unit.suffix)
}

/** Bytes beyond the message: a whole number unless it is a mean. */
export const overhead = (bytes: number): string =>
  bytes < 1024 ? joined(String(Number(bytes.toFixed(1))), 'B') : quantity(bytes, BYTES)

/** `1 case`, `2 cases`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** A share of one as percent: `5.9 %`, `0.02 %`, `62 %`. */
export const percent = (share: number): string => {
  const value = share * 100
  const magnitude = Math.abs(value)
  if (magnitude === 0) return `0${NO_BREAK_SPACE}%`
  if (magnitude < 0.01) return `<${NO_BREAK_SPACE}0.01${NO_BREAK_SPACE}%`
  const decimals = magnitude < 0.1 ? 2 : magnitude < 10 ? 1 : 0
  return `${value.toFixed(decimals)}${NO_BREAK_SPACE}%`
}

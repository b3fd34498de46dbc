/** What was asked for is not a framing, or not an option of it. `message` says what is allowed. */
export class FramingOptionError extends Error {
  override readonly name = 'FramingOptionError'
}

const UNITS = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['B', 1],
] as const

/**
 * Reads a size: digits and one of B, KiB, MiB, GiB; digits alone are bytes.
 *
 * @returns bytes, an integer up to 2^53-1
 * @throws FramingOptionError
 */
export function parseSize(text: string): number {
  const match = /^([0-9]{1,16})(GiB|MiB|KiB|B)?$/.exec(text)
  const unit = UNITS.find(([name]) => name === (match?.[2] ?? 'B'))!
  const bytes = Number(match?.[1] ?? Number.NaN) * unit[1]
  if (Number.isSafeInteger(bytes)) return bytes
  throw new FramingOptionError(`'${text}' is not a size: digits, then B, KiB, MiB or GiB`)
}

/** Writes a size in the largest unit that divides it, as `parseSize` reads it. */
export function formatSize(bytes: number): string {
  const unit = UNITS.find(([, factor]) => bytes >= factor && bytes % factor === 0) ?? UNITS[3]
  return `${bytes / unit[1]}${unit[0]}`
}

/** `id:argument?name=value&flag`, taken apart. */
export interface FramingText {
  id: string
  /** What follows the colon; null without one. */
  argument: string | null
  /** Options in order; a flag has the value ''. */
  options: ReadonlyMap<string, string>
}

/**
 * Takes the text apart without knowing the framings.
 *
 * @throws FramingOptionError when an option is nameless or given twice
 */
export function splitFraming(text: string): FramingText {
  const [name = '', query] = cut(text, '?')
  const [id = '', argument] = cut(name, ':')
  const options = new Map<string, string>()
  for (const part of query === undefined ? [] : query.split('&')) {
    const [option = '', value] = cut(part, '=')
    if (option === '') throw new FramingOptionError(`'${text}' has an option without a name`)
    if (options.has(option)) throw new FramingOptionError(`'${text}' has '${option}' twice`)
    options.set(option, value ?? '')
  }
  return { id, argument: argument ?? null, options }
}

/** Left and right of the first `mark`; without it the whole alone. */
function cut(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)]
}

/** Reads the value of an option that is a whole number within bounds. */
export function parseInteger(name: string, text: string, min: number, max: number): number {
  const value = /^-?[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new FramingOptionError(`${name}=${text}: a whole number from ${min} to ${max} is needed`)
}

/** Reads the value of an option that is one of a few words. */
export function parseChoice<T extends string>(
  name: string,
  text: string,
  choices: readonly T[],
): T {
  const choice = choices.find((word) => word === text)
  if (choice !== undefined) return choice
  throw new FramingOptionError(`${name}=${text}: one of ${choices.join(', ')} is needed`)
}

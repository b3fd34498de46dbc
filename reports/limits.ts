/**
 * What GitHub takes. Reports are cut between rows and sections, never inside of markup, and say
 * what was left out. Bytes are counted: there are never fewer of them than characters.
 */
import { alert, type Column, listed, page, table } from './markdown.ts'
import { plural } from './units.ts'

/** A comment, or the text of an issue: 65,536 characters. */
export const COMMENT_BYTES_MAX = 65_536
/** The summary of a step of a workflow: 1 MiB. */
export const SUMMARY_BYTES_MAX = 1024 * 1024
/** For the note that says what is missing. */
const NOTE_BYTES = 1_000
const TITLES_SHOWN_MAX = 10
const TITLE_CHARACTERS_MAX = 80

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** The parts that fit, in their order; what does not is named by its heading. */
export function fitted(parts: readonly (string | null)[], bytesMax: number): string {
  const written = parts.filter((part): part is string => part !== null && part !== '')
  const whole = page(written)
  if (bytesOf(whole) <= bytesMax) return whole
  let left = bytesMax - NOTE_BYTES
  const kept = written.filter((part) => {
    const bytes = bytesOf(part) + 2
    const fits = bytes <= left
    if (fits) left -= bytes
    return fits
  })
  const titles = written.filter((part) => !kept.includes(part)).map(titleOf)
  const shown = titles.slice(0, TITLES_SHOWN_MAX)
  const more = titles.length - shown.length
  const named = listed([...shown, ...(more > 0 ? [plural(more, 'more section')] : [])])
  return page([...kept, alert('NOTE', `Left out, as GitHub would not take it all: ${named}.`)])
}

/** A heading is markup already, and is not cut. */
function titleOf(part: string): string {
  const heading = /^#+ (.*)$/m.exec(part)?.[1] ?? ''
  return heading === '' || heading.length > TITLE_CHARACTERS_MAX ? 'a section' : heading
}

/** As many rows as fit, and how many do not. `noun` is one of what a row is. */
export function cutTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { bytesMax, noun }: { bytesMax: number; noun: string },
): string {
  let left = bytesMax
  const cut = rows.findIndex((row) => {
    left -= bytesOf(table([], [row]))
    return left < 0
  })
  if (cut === -1) return table(columns, rows)
  const rest = `… and ${plural(rows.length - cut, `more ${noun}`)}.`
  return `${table(columns, rows.slice(0, cut))}\n\n${rest}`
}

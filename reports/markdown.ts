/**
 * The few pieces of GitHub's Markdown that the reports are made of.
 *
 * Text from results may hold anything a foreign server sent, so everything that is not markup of
 * ours goes through `text` or `code` first.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '|': '&#124;',
  // Markdown looks for markup inside inline HTML too.
  '`': '&#96;',
  '*': '&#42;',
  _: '&#95;',
  '[': '&#91;',
  ']': '&#93;',
  '~': '&#126;',
  '\\': '&#92;',
  $: '&#36;',
}

const MARKUP = /[\\`*_[\]~$#]/g

/** Control characters are shown, not sent to the reader's terminal or browser. */
export const visible = (raw: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  raw.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(2, '0')
    return character === '\r' ? '' : `\\x${hex}`
  })

/** For attributes and for the inside of HTML elements; one line, as an empty one would end them. */
export const html = (raw: string): string =>
  visible(raw)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[&<>"|`*_[\]~\\$]/g, (character) => ENTITIES[character]!)

/** Prose on one line, with nothing in it that Markdown would take for markup. */
export const text = (raw: string): string =>
  visible(raw)
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    .replace(MARKUP, '\\$&')
    .replace(/[&<>|]/g, (character) => ENTITIES[character]!)
    // An at sign in front of a word would notify a stranger once the report is pasted in a comment.
    .replace(/@(?=\w)/g, '@<!-- -->')

/** A code span that survives back-ticks, pipes and line ends. */
export const code = (raw: string): string => {
  if (raw !== '' && !/[`|\n]/.test(raw)) return `\`${visible(raw)}\``
  return `<code>${html(raw)}</code>`
}

/** Cuts at a limit and says so. */
export const shorten = (raw: string, charactersMax: number): string =>
  raw.length <= charactersMax ? raw : `${raw.slice(0, charactersMax - 1).trimEnd()}…`

/** A fenced block whose fence is longer than any run of back-ticks inside. */
export const codeBlock = (language: string, raw: string): string => {
  const longest = Math.max(2, ...[...raw.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${visible(raw)}\n${fence}`
}

export type Align = 'left' | 'right' | 'center'

export interface Column {
  /** Markup, as are all cells: whoever fills them has escaped what is not. */
  readonly title: string
  readonly align: Align
}

const RULES: Readonly<Record<Align, string>> = { left: ':--', right: '--:', center: ':-:' }

/** A bare pipe or line end would tear the table, whoever forgot to escape it. */
const untorn = (cell: string): string => cell.replace(/(?<!\\)\|/g, '\\|').replaceAll('\n', '<br>')

const row = (cells: readonly string[]): string => `| ${cells.map(untorn).join(' | ')} |`

/** A table; rows are as long as the columns. */
export const table = (columns: readonly Column[], rows: readonly (readonly string[])[]): string =>
  [
    row(columns.map(({ title }) => title)),
    `|${columns.map(({ align }) => RULES[align]).join('|')}|`,
    ...rows.map(row),
  ].join('\n')

/** A folded section. `summary` is HTML; `body` is Markdown. */
export const details = (summary: string, body: string): string =>
  `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`

/** A figure and, small beneath it, what belongs to it. */
export const withNote = (figure: string, note: string): string =>
  note === '' ? figure : `${figure}<br><sub>${note}</sub>`

/** One of GitHub's coloured boxes. */
export const alert = (kind: 'NOTE' | 'TIP' | 'WARNING', body: string): string =>
  `> [!${kind}]\n${body
    .split('\n')
    .map((line) => (line === '' ? '>' : `> ${line}`))
    .join('\n')}`

/** A picture in two versions, of which GitHub shows the one for the reader's theme. */
export const picture = (light: string, dark: string, alt: string, widthPx: number): string =>
  [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${html(dark)}">`,
    `  <source media="(prefers-color-scheme: light)" srcset="${html(light)}">`,
    `  <img alt="${html(alt)}" src="${html(light)}" width="${widthPx}">`,
    '</picture>',
  ].join('\n')

/** A second-level heading with what is under it; null where there is nothing. */
export const section = (title: string, body: string | null): string | null =>
  body === null || body === '' ? null : `## ${title}\n\n${body}`

/** Said at the top of a report of a run that did not come to its end. */
export const partialAlert = (isPartial: boolean): string | null =>
  isPartial
    ? alert(
        'WARNING',
        '**This report is partial.** The run was interrupted: what is here is right, but not all.',
      )
    : null

/** Joins what is there with empty lines between, and ends with one line end. */
export const page = (parts: readonly (string | null)[]): string =>
  `${parts.filter((part) => part !== null && part !== '').join('\n\n')}\n`

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[], last = 'and'): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`

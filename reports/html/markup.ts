/** HTML as text: what is put into a template is escaped unless it is markup already. */
import { visible } from '../markdown.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Markup that may stand in a page as it is. Only `markup` and `trusted` make it. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Markup | readonly Markup[] | null

const escaped = (raw: string): string =>
  visible(raw).replace(/[&<>"']/g, (character) => ENTITIES[character]!)

const textOf = (piece: Piece): string => {
  if (piece === null) return ''
  if (piece instanceof Markup) return piece.text
  if (typeof piece === 'object') return piece.map(({ text }) => text).join('')
  return escaped(String(piece))
}

/** A template: `` markup`<b>${name}</b>` ``. */
export const markup = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup =>
  new Markup(strings.reduce((text, next, index) => text + textOf(pieces[index - 1]!) + next))

/** Text of our own making (a stylesheet, a picture drawn here) that is markup already. */
export const trusted = (text: string): Markup => new Markup(text)

/** Sentences that reports share with Markdown: of its markup, `**bold**` and code spans. */
export const inline = (sentences: string): Markup =>
  new Markup(
    escaped(sentences.replace(/\\([\\`*_[\]~$#])/g, '$1'))
      .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
      .replace(/`([^`]+)`/g, '<code>$1</code>'),
  )

/** JSON inside a script element: nothing in it can end the element or open a comment. */
export const jsonData = (value: unknown): Markup =>
  new Markup(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/\u2028|\u2029/g, ' '),
  )

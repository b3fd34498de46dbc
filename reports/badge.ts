/** A conformance result as a badge for a README: `framing u32be | 231 passed`, as SVG. */
import type { ConformResult } from '../conformance/result.ts'
import { isUnexpected, isWrong, markOf } from './case-mark.ts'
import { textWidthPx } from './charts/text-width.ts'
import { type ConformVerdict, conformVerdict } from './conform-verdict.ts'
import { shorten } from './markdown.ts'
import { plural } from './units.ts'
import { content, element } from './xml.ts'

/** White text on each has a contrast of at least 4.5:1, as WCAG's level AA asks. */
const LABEL_COLOUR = '#24292f'
const COLOURS: Readonly<Record<ConformVerdict, string>> = {
  'as-expected': '#1a7f37',
  'not-conformant': '#cf222e',
  inconclusive: '#59636e',
  'nothing-ran': '#59636e',
}

const HEIGHT_PX = 20
const FONT_PX = 11
const PADDING_PX = 6
const BASELINE_PX = 14
const FRAMING_CHARACTERS_MAX = 40

export function renderBadge(result: ConformResult): string {
  const verdict = conformVerdict(result)
  const isOpen = result.partial && verdict === 'as-expected'
  const label = labelOf(result)
  const message = `${result.partial ? 'partial: ' : ''}${MESSAGES[verdict](result)}`
  const colour = COLOURS[isOpen ? 'inconclusive' : verdict]
  const [left, right] = [label, message].map(widthPx) as [number, number]
  const whole = { width: String(left + right), height: String(HEIGHT_PX) }
  const clip = element('clipPath', { id: 'round' }, element('rect', { ...whole, rx: '3' }))
  const boxes = element(
    'g',
    { 'clip-path': 'url(#round)' },
    box(0, left, LABEL_COLOUR) + box(left, right, colour),
  )
  const font = { 'font-family': 'Helvetica Neue,Helvetica,Arial,sans-serif' }
  const texts = element(
    'g',
    { fill: '#ffffff', 'font-size': String(FONT_PX), ...font },
    words(label, 0, left) + words(message, left, right),
  )
  const said = `${label}: ${message}`
  const title = element('title', {}, content(said))
  const svg = { xmlns: 'http://www.w3.org/2000/svg', ...whole, role: 'img', 'aria-label': said }
  return `${element('svg', svg, title + clip + boxes + texts)}\n`
}

/** One framing is named; runs in several are framegate's. */
function labelOf({ runs }: ConformResult): string {
  const framings = new Set(runs.map(({ subject }) => subject.framing))
  const [framing] = framings
  if (framing === undefined || framings.size > 1) return 'framegate'
  return `framing ${shorten(framing, FRAMING_CHARACTERS_MAX)}`
}

const MESSAGES: Readonly<Record<ConformVerdict, (result: ConformResult) => string>> = {
  'as-expected'({ runs }) {
    const cases = runs.flatMap((run) => run.cases)
    const passed = cases.filter((one) => markOf(one) === 'pass').length
    const known = cases.filter((one) => markOf(one) === 'known').length
    const told = `${passed.toLocaleString('en-US')} passed`
    return known === 0 ? told : `${told}, ${plural(known, 'known failure')}`
  },
  'not-conformant'({ runs }) {
    const cases = runs.flatMap((run) => run.cases)
    const asked = cases.filter(({ outcome }) => outcome !== 'unsupported').length
    const failed = cases.filter((one) => isUnexpected(one) && isWrong(one)).length
    const count = (value: number) => value.toLocaleString('en-US')
    return failed === 0 ? 'not as the ledger says' : `${count(failed)} of ${count(asked)} failed`
  },
  inconclusive: () => 'inconclusive',
  'nothing-ran': () => 'nothing ran',
}

const widthPx = (text: string): number => Math.ceil(textWidthPx(text, FONT_PX)) + 2 * PADDING_PX

const box = (x: number, width: number, fill: string): string =>
  element('rect', { x: String(x), width: String(width), height: String(HEIGHT_PX), fill })

/** The length is given: whatever font the reader has, the text fits its box. */
const words = (text: string, x: number, width: number): string =>
  element(
    'text',
    {
      x: String(x + PADDING_PX),
      y: String(BASELINE_PX),
      textLength: String(width - 2 * PADDING_PX),
      lengthAdjust: 'spacingAndGlyphs',
    },
    content(text),
  )

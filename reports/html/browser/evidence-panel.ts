/** The evidence of one cell, in a dialog: what was sent, expected, received, how to repeat it. */
import type { CellData } from '../evidence.ts'
import { element, find, findAll } from './dom.ts'
import { pageData, traceOf } from './page-data.ts'
import { timeLine } from './time-line.ts'

interface Place {
  readonly run: number
  readonly caseId: string
}

const placeOf = (button: HTMLElement): Place => ({
  run: Number(button.dataset.run),
  caseId: button.dataset.case!,
})

/** Deep links: `#evidence=0,boundary/one-frame`. */
const HASH = /^#evidence=(\d+),(.+)$/

export function addEvidence(): void {
  const dialog = find<HTMLDialogElement>('#evidence')
  let opener: HTMLElement | null = null

  const open = (button: HTMLElement) => {
    const place = placeOf(button)
    opener = button
    const nextButton = nextWrong(button)
    dialog.replaceChildren(...panel(place, nextButton ? () => open(nextButton) : null))
    dialog.querySelector('.close')!.addEventListener('click', () => dialog.close())
    if (!dialog.open) dialog.showModal()
    dialog.scrollTop = 0
    history.replaceState(null, '', `#evidence=${place.run},${encodeURIComponent(place.caseId)}`)
  }
  dialog.addEventListener('close', () => {
    history.replaceState(null, '', location.pathname + location.search)
    opener?.focus()
  })
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  find('#matrix').addEventListener('click', ({ target }) => {
    const button = target instanceof Element && target.closest<HTMLElement>('button.cell')
    if (button) open(button)
  })
  const linked = HASH.exec(location.hash)
  if (!linked) return
  const caseId = CSS.escape(decodeURIComponent(linked[2]!))
  const button = document.querySelector<HTMLElement>(
    `button.cell[data-run="${linked[1]}"][data-case="${caseId}"]`,
  )
  if (button) open(button)
}

const WRONG = ['failure', 'timeout', 'crash', 'unexpected-pass', 'known']

/** The next cell of the same subject that is not right, from the top again behind the last. */
function nextWrong(button: HTMLElement): HTMLElement | null {
  const { run, mark } = button.dataset
  const column = findAll(`button.cell[data-run="${run}"]`)
  const others = column.filter((one) => one === button || WRONG.includes(one.dataset.mark!))
  const next = others[(others.indexOf(button) + 1) % others.length]!
  return next === button || mark === undefined ? null : next
}

function panel({ run, caseId }: Place, next: (() => void) | null): Node[] {
  const { runs, caseTexts } = pageData()
  const { label, cases } = runs[run]!
  const result = cases[caseId]!
  const trace = traceOf(run, caseId)
  const text = caseTexts[caseId]
  const close = element('button', { type: 'button', class: 'close' }, 'Close')
  const bar = element('div', { class: 'bar' }, close)
  if (next) {
    const button = element('button', { type: 'button', class: 'next' }, 'Next that is wrong')
    button.addEventListener('click', next)
    bar.prepend(button)
  }
  return [
    bar,
    element('h2', { id: 'evidence-title' }, `${result.sign} ${caseId}`),
    element('p', {}, `${label}: ${result.meaning}`),
    ...(text
      ? [
          described([
            ['sends', text.sends],
            ['expects', text.expects],
            ['finds', text.finds],
          ]),
        ]
      : []),
    ...(result.detail === ''
      ? []
      : [element('h3', {}, 'What happened'), element('p', { class: 'detail' }, result.detail)]),
    ...(trace ? [element('h3', {}, 'On the wire'), timeLine(trace)] : []),
    element('h3', {}, 'Result'),
    described(factsOf(result)),
    element('h3', {}, 'Repeat it'),
    ...repeat(result.repro),
  ]
}

const factsOf = (result: CellData): [string, string][] => [
  ['outcome', result.outcome],
  ['symptom', result.symptom ?? 'none'],
  ['level', result.level.toUpperCase()],
  ['clauses', result.clauses.join(' ')],
  ['connection', closeWords(result.close)],
  ['resources', result.resources],
  ['took', `${result.durationMs.toFixed(1)} ms`],
  ['seed', String(result.seed)],
]

const closeWords = ({ by, how, unreadBytes }: CellData['close']): string => {
  if (how === 'none') return 'nobody closed it'
  const unread = unreadBytes === null ? '' : `, ${unreadBytes} bytes unread`
  return `closed by the ${by} with ${how.toUpperCase()}${unread}`
}

const described = (pairs: readonly (readonly [string, string])[]): HTMLElement =>
  element(
    'dl',
    {},
    ...pairs.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  )

function repeat(command: string): HTMLElement[] {
  const copy = element('button', { type: 'button', class: 'copy' }, 'Copy')
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command)
    copy.textContent = 'Copied'
  })
  return [element('pre', { tabindex: '0' }, command), copy]
}

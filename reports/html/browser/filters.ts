/** Narrows the matrix down: by words, by outcome, by subject. */
import type { PageData } from '../evidence.ts'
import { find, findAll } from './dom.ts'
import { pageData } from './page-data.ts'

interface Row {
  readonly element: HTMLElement
  /** What the search looks through, in lower case. */
  readonly words: string
  /** Mark of each column; empty where the case was not run. */
  readonly marks: readonly string[]
}

export function addFilters(): void {
  const data = pageData()
  const rows = findAll('#matrix tr[data-id]').map((element) => rowOf(element, data))
  const groups = findAll('#matrix tbody')
  const form = find<HTMLFormElement>('#filters')
  const shown = find('#shown')
  const search = find<HTMLInputElement>('#search')
  const columnStyle = document.head.appendChild(document.createElement('style'))
  const checked = (name: string) =>
    findAll<HTMLInputElement>(`#filters input[name=${name}]:checked`).map(({ value }) => value)

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    const marks = new Set(checked('mark'))
    const runs = checked('run').map(Number)
    let count = 0
    for (const row of rows) {
      const found =
        words.every((word) => row.words.includes(word)) &&
        (marks.size === 0 || runs.some((run) => marks.has(row.marks[run]!)))
      row.element.hidden = !found
      if (found) count++
    }
    for (const group of groups) {
      group.hidden = !group.querySelector('tr[data-id]:not([hidden])')
    }
    const hidden = findAll<HTMLInputElement>('#filters input[name=run]:not(:checked)')
    columnStyle.textContent = hidden
      .map(({ value }) => `.matrix tr > :nth-child(${Number(value) + 2}) { display: none }`)
      .join('\n')
    shown.textContent =
      count === rows.length ? `${count} cases` : `${count} of ${rows.length} cases`
  }
  form.addEventListener('input', apply)
  form.addEventListener('submit', (event) => event.preventDefault())
}

function rowOf(element: HTMLElement, { runs }: PageData): Row {
  const id = element.dataset.id!
  const results = runs.flatMap(({ cases }) => (cases[id] ? [cases[id]] : []))
  const words = results.flatMap(({ symptom, clauses, outcome, level }) => [
    symptom ?? '',
    outcome,
    level,
    ...clauses,
  ])
  return {
    element,
    words: [id, ...new Set(words)].join(' ').toLowerCase(),
    marks: [...element.querySelectorAll('td')].map(
      (cell) => cell.querySelector('button')?.dataset.mark ?? '',
    ),
  }
}

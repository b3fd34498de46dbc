/** The arrow keys move from cell to cell: thousands of cells are one stop of the Tab key. */
import { find, findAll } from './dom.ts'

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
}

const isShown = (element: HTMLElement): boolean => element.offsetParent !== null

export function addGridKeys(): void {
  const matrix = find('#matrix')
  let current: HTMLElement | null = null
  const choose = (button: HTMLElement) => {
    if (current) current.tabIndex = -1
    current = button
    button.tabIndex = 0
  }
  const first = matrix.querySelector<HTMLElement>('button.cell')
  if (first) choose(first)

  matrix.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && target.matches('button.cell')) choose(target)
  })
  matrix.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    const { target } = event
    if (!step || !(target instanceof HTMLElement) || !target.matches('button.cell')) return
    event.preventDefault()
    neighbour(target, step)?.focus()
  })
}

/** The next cell in this direction that is there and shown. */
function neighbour(button: HTMLElement, [down, right]: readonly [number, number]) {
  const row = button.closest('tr')!
  const cell = button.closest('td')!
  if (right !== 0) return along([...row.cells], row.cells.length, cell.cellIndex, right)
  const rows = findAll<HTMLTableRowElement>('#matrix tr[data-id]')
  const column = rows.map((one) => one.cells[cell.cellIndex]!)
  return along(column, column.length, rows.indexOf(row), down)
}

function along(
  cells: readonly HTMLElement[],
  length: number,
  from: number,
  step: number,
): HTMLElement | null {
  for (let at = from + step; at >= 0 && at < length; at += step) {
    const button = cells[at]?.querySelector<HTMLElement>('button.cell')
    if (button && isShown(button)) return button
  }
  return null
}

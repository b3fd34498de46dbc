/** Figures of the charts under the pointer: Vega writes them into each mark's label. */
import { find } from './dom.ts'

/** Marks themselves, not the groups and axes around them. */
const MARK = '.chart :is(path, line, rect, circle)[data-tip]'

export function addTooltips(): void {
  const tooltip = find('#tooltip')
  const hide = () => {
    tooltip.hidden = true
  }
  document.addEventListener('pointermove', (event) => {
    const mark = event.target instanceof Element ? event.target.closest(MARK) : null
    const label = mark?.getAttribute('data-tip')
    if (!label) return hide()
    tooltip.textContent = label.replaceAll('; ', '\n')
    tooltip.hidden = false
    const { offsetWidth, offsetHeight } = tooltip
    tooltip.style.left = `${Math.min(event.clientX + 12, innerWidth - offsetWidth - 8)}px`
    tooltip.style.top = `${Math.min(event.clientY + 12, innerHeight - offsetHeight - 8)}px`
  })
  document.addEventListener('scroll', hide, { passive: true })
}

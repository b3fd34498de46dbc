/** The script of the page. Without it everything can be read; with it, searched and opened. */
import { addEvidence } from './evidence-panel.ts'
import { addFilters } from './filters.ts'
import { addGridKeys } from './grid-keys.ts'
import { addTheme } from './theme.ts'
import { addTooltips } from './tooltips.ts'

addTheme()
addTooltips()
if (document.querySelector('#matrix')) {
  addFilters()
  addGridKeys()
  addEvidence()
}

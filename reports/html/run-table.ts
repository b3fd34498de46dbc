/** Every run in one line: its verdict, and how many cases ended how. */
import { isOpen, isUnexpected, isWrong, markOf } from '../case-mark.ts'
import { type ConformVerdict, runVerdict } from '../conform-verdict.ts'
import { type Markup, markup } from './markup.ts'
import type { RunColumn } from './run-column.ts'

const VERDICTS: Readonly<Record<ConformVerdict, string>> = {
  'as-expected': '✓ as expected',
  'not-conformant': '✗ not conformant',
  inconclusive: '? inconclusive',
  'nothing-ran': '? nothing ran',
}

const runRow = ({ label, run }: RunColumn): Markup => {
  const { cases, subject, problems } = run
  const count = (isCounted: (one: (typeof cases)[number]) => boolean): number =>
    cases.filter(isCounted).length
  const counts = [
    count(({ outcome }) => outcome === 'pass'),
    count((one) => isUnexpected(one) && isWrong(one)),
    count((one) => markOf(one) === 'known'),
    count(({ outcome }) => outcome === 'lenient'),
    count(isOpen),
    count(({ outcome }) => outcome === 'unsupported'),
  ]
  const notes = problems.map((problem) => markup`<div class="problem">${problem}</div>`)
  return markup`<tr><th scope="row">${label}${notes}</th><td><code>${subject.framing}</code></td><td>${VERDICTS[runVerdict(run)]}</td>${counts.map((one) => markup`<td class="number">${one}</td>`)}</tr>\n`
}

export const runTable = (columns: readonly RunColumn[]): Markup => markup`
<section aria-labelledby="runs"><h2 id="runs">At a glance</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="runs">
<table class="figures">
<thead><tr><th scope="col">subject</th><th scope="col">framing</th><th scope="col">verdict</th>
<th scope="col">passed</th><th scope="col">failed</th><th scope="col">known failures</th><th scope="col">lenient</th><th scope="col">open</th><th scope="col">not applicable</th></tr></thead>
<tbody>${columns.map(runRow)}</tbody></table></div></section>`

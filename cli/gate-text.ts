/** A gate's result on the console. */
import type { GateCell, GateCounter, GateResult, GateVerdict } from '../bench/gate/result.ts'
import { gateAnnotations } from '../reports/gate-annotations.ts'
import { forestPlot } from '../reports/gate-forest.ts'
import {
  COUNTER_WORDS,
  changeOf,
  countsOf,
  detectableOf,
  figureOf,
  METRIC_WORDS,
} from '../reports/gate-words.ts'
import { print, styled } from './console.ts'

const STYLES = {
  pass: 'green',
  improved: 'green',
  regressed: 'red',
  inconclusive: 'yellow',
} as const satisfies Readonly<Record<GateVerdict, string>>

export function printGate(result: GateResult): void {
  for (const { id, symptom, detail, repro } of result.newFailures) {
    print(`${styled('red', `${id}: ${symptom}`)}\n  ${detail}\n  again: ${repro}`)
  }
  printCounters(result.counters)
  if (result.cells.length > 0) print(forestPlot(result.cells))
  for (const cell of result.cells) printCell(cell)
  for (const warning of result.warnings) print(styled('yellow', warning))
  if (result.partial) print(styled('yellow', 'Interrupted: these results are not all.'))
  print(`${styled(STYLES[result.verdict], result.verdict)}: ${result.reason}`)
  if (process.env.GITHUB_ACTIONS === 'true') {
    for (const line of gateAnnotations(result)) print(line)
  }
}

/** What is as it was is no news. */
function printCounters(counters: readonly GateCounter[]): void {
  const changed = counters.filter(({ verdict }) => verdict !== 'pass')
  for (const one of changed) {
    const { scenario, counter, verdict } = one
    print(
      `${styled(STYLES[verdict], verdict)}  ${scenario} ${COUNTER_WORDS[counter]}  ${countsOf(one)}`,
    )
  }
  const same = counters.length - changed.length
  if (same > 0) print(`${same} of ${counters.length} exact counts are as they were`)
}

function printCell(cell: GateCell): void {
  const { scenario, metric, verdict, reason, base, head, blocks } = cell
  print(
    `${styled(STYLES[verdict], verdict)}  ${scenario} ${METRIC_WORDS[metric]}  ` +
      `${figureOf(metric, base)} → ${figureOf(metric, head)}  head costs ${changeOf(cell)}`,
  )
  print(`  ${reason}; ${blocks} blocks could see ${detectableOf(cell)}`)
}

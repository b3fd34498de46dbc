/** Lines that GitHub Actions shows beside the run: one a finding, none where all is well. */
import type { GateResult } from '../bench/gate/result.ts'
import { COUNTER_WORDS, changeOf, countsOf, METRIC_WORDS } from './gate-words.ts'

export function gateAnnotations({ verdict, reason, cells, counters }: GateResult): string[] {
  if (verdict === 'pass' || verdict === 'improved') return []
  const level = verdict === 'regressed' ? 'error' : 'warning'
  const found = cells
    .filter((cell) => cell.verdict === verdict)
    .map((cell) => {
      const { scenario, metric } = cell
      const said = `${changeOf(cell)}: ${cell.reason}`
      return command(level, `${scenario}: ${METRIC_WORDS[metric]} ${verdict}`, said)
    })
  found.push(
    ...counters
      .filter((one) => one.verdict === verdict)
      .map((one) =>
        command(level, `${one.scenario}: ${COUNTER_WORDS[one.counter]} ${verdict}`, countsOf(one)),
      ),
  )
  return found.length > 0 ? found : [command(level, `framegate gate: ${verdict}`, reason)]
}

/** A line end would end the command, and what follows it could be another one. */
const escaped = (raw: string): string =>
  raw.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const command = (level: string, title: string, message: string): string =>
  `::${level} title=${escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${escaped(message)}`

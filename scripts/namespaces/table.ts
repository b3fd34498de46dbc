/** What the trial of the namespaces found, as the document has it. Pure. */
import type { Killed, Row, Trial } from './trial.ts'

/** Of a frame's 68 bytes; 66 of a full packet's 1,514 are headers. */
const FRAME_BITS = 68 * 8
const PAYLOAD_SHARE = 1_448 / 1_514

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

/** Messages per second that so many links carry. */
export const carried = (generators: number, megabits: number): number =>
  (generators * megabits * 1e6 * PAYLOAD_SHARE) / FRAME_BITS

function line({ generators, limitMegabits, merged: { cell, ms, code, said } }: Row): string {
  const links = limitMegabits === null ? 'free' : `${limitMegabits} Mbit/s each`
  if (!cell) return `| ${generators} | ${links} | refused (${code}): ${said.trim()} | | | | |`
  const worst = Math.max(...cell.generators.map(({ clockErrorMs }) => clockErrorMs))
  const bound =
    limitMegabits === null
      ? '—'
      : `${Math.round((100 * cell.throughputPerSecond) / carried(generators, limitMegabits))} %`
  return `| ${[
    ...[generators, links, whole(cell.throughputPerSecond), whole(cell.throughputSpread.low)],
    ...[bound, `${(cell.latencyNs.p99 / 1e6).toFixed(2)} ms`, `±${worst.toFixed(2)} ms`],
    `${whole(ms)} ms`,
  ].join(' | ')} |`
}

function story({ when, code, merged }: Killed): string {
  const again = code === 0 ? 'was in time' : `ended with ${code}, too late`
  const outcome =
    merged.code === 5
      ? `\`merge\` ended with 5: “${merged.said.trim().replace(/^framegate: /, '')}”`
      : `\`merge\` ended with ${merged.code}, with all ${merged.cell?.generators.length} generators in it`
  return `- Killed ${when}: started again, it ${again}; ${outcome}.`
}

export function renderTrial({ rows, killed }: Trial, machine: string): string {
  const heads = [
    ...['generators', 'links', 'messages/s', 'at least', 'of what the links carry', 'p99'],
    ...['clocks known to', 'merge'],
  ]
  return [
    `Measured on ${machine}:`,
    '',
    `| ${heads.join(' | ')} |`,
    '|--:|:--|--:|--:|--:|--:|--:|--:|',
    ...rows.map(line),
    '',
    'One of four generators, killed with SIGKILL:',
    '',
    ...killed.map(story),
  ].join('\n')
}

/** What the figures were measured on. */
import type { Environment } from '../../harness/environment.ts'
import { code, table, text } from '../markdown.ts'
import { BYTES, percent, quantity } from '../units.ts'

const commitWords = ({ commit, dirty }: Environment): string => {
  if (commit === null) return 'not from a checkout'
  return dirty ? `${code(commit)} with uncommitted changes` : code(commit)
}

const SHARE_OF_STEAL_WORTH_SAYING = 0.01

/** What about the machine makes figures less certain. */
export const environmentWarnings = (environment: Environment): string[] => {
  const { load1, cores, stealShare, dirty } = environment
  const warnings: string[] = []
  if (load1 > cores / 2) {
    warnings.push(
      `The machine was busy when the run began: load ${load1.toFixed(2)} on ${cores} cores.`,
    )
  }
  if (cores < 2) warnings.push('Server and load generator shared the only core.')
  if (stealShare !== null && stealShare > SHARE_OF_STEAL_WORTH_SAYING) {
    warnings.push(`The hypervisor took ${percent(stealShare)} of the CPU time for others.`)
  }
  if (dirty) warnings.push('The checkout had uncommitted changes: the commit does not say it all.')
  return warnings
}

export const environmentTable = (environment: Environment): string => {
  const { cpuModel, cores, memoryBytes, platform, kernel, stealShare } = environment
  const steal = stealShare === null ? '' : `, ${percent(stealShare)} stolen by the hypervisor`
  const rows: [string, string][] = [
    ['CPU', `${text(cpuModel)}, ${cores} ${cores === 1 ? 'core' : 'cores'}`],
    ['memory', quantity(memoryBytes, BYTES)],
    ['system', `${text(platform)}, kernel ${text(kernel)}`],
    ['Bun', text(environment.bun)],
    ['framegate', text(environment.framegate)],
    ['commit', commitWords(environment)],
    ['load at the start', `${environment.load1.toFixed(2)}${steal}`],
    ['started', text(environment.startedAt)],
    ['seed', String(environment.seed)],
  ]
  return table(
    [
      { title: '', align: 'left' },
      { title: '', align: 'left' },
    ],
    rows,
  )
}

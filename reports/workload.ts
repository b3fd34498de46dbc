/** Cells grouped by workload: the same scenario with the same sizes, connections and depth. */
import type { BenchCell } from '../bench/result.ts'
import { DURATION_NS, percent, plural, quantity, size } from './units.ts'

export interface Workload {
  readonly scenario: string
  readonly parameters: BenchCell['parameters']
  readonly cells: readonly BenchCell[]
}

const keyOf = ({ scenario, parameters }: BenchCell): string =>
  [scenario, ...Object.entries(parameters).sort().flat()].join(' ')

/** Workloads in the order in which the cells first name their scenario, then themselves. */
export const workloadsOf = (cells: readonly BenchCell[]): Workload[] => {
  const groups = new Map<string, BenchCell[]>()
  for (const cell of cells) {
    const group = groups.get(keyOf(cell))
    if (group === undefined) groups.set(keyOf(cell), [cell])
    else group.push(cell)
  }
  const workloads = [...groups.values()].map((group) => ({
    scenario: group[0]!.scenario,
    parameters: group[0]!.parameters,
    cells: group,
  }))
  return scenariosOf(cells).flatMap((name) => workloads.filter((one) => one.scenario === name))
}

export const scenariosOf = (cells: readonly BenchCell[]): string[] => [
  ...new Set(cells.map(({ scenario }) => scenario)),
]

/** `64 B messages, 64 in flight, 10 connections`. */
export const parametersInWords = ({ parameters }: Pick<Workload, 'parameters'>): string => {
  const { messageBytes, connections, transfer } = parameters
  return [
    `${size(messageBytes)} ${transfer ? 'files' : 'messages'}`,
    load(parameters),
    plural(connections, 'connection'),
    ...peculiarities(parameters),
  ].join(', ')
}

const load = ({ depth, ratePerSecond, rateShare }: BenchCell['parameters']): string => {
  if (ratePerSecond !== undefined) return `${ratePerSecond.toLocaleString('en-US')} a second`
  if (rateShare !== undefined) return `${percent(rateShare)} of saturation`
  return depth === 1 ? 'one in flight' : `${depth.toLocaleString('en-US')} in flight`
}

const peculiarities = (parameters: BenchCell['parameters']): string[] => {
  const { writeBytesMax, writes, reconnect, idle, unread, latencyNsP99Max, transfer } = parameters
  const words = [
    writeBytesMax !== undefined && `in writes of at most ${size(writeBytesMax)}`,
    writes && `head and message ${writes === 'joined' ? 'joined' : 'in two writes'}`,
    reconnect && 'a new one for each message',
    idle !== undefined && `${idle.toLocaleString('en-US')} idle ones beside`,
    unread !== undefined && `${unread} beside that does not read`,
    transfer && (transfer === 'put' ? 'sent and stored' : 'fetched'),
    latencyNsP99Max !== undefined && `p99 at most ${quantity(latencyNsP99Max, DURATION_NS)}`,
  ]
  return words.filter((word) => typeof word === 'string')
}

/** Scenarios whose point is the byte rate: their largest messages stand for them. */
const BYTE_SCENARIOS: readonly string[] = ['bulk', 'file-transfer']

export const isByteScenario = (scenario: string): boolean => BYTE_SCENARIOS.includes(scenario)

/** A small message, for which framing matters most: the size that stands for the rest. */
const HEADLINE_MESSAGE_BYTES = 64

/**
 * The one workload that stands for its scenario in summaries and charts: measured on the most
 * subjects, of the size nearest to 64 B (bulk: the largest), with the most in flight.
 */
export const headlineWorkload = (
  workloads: readonly Workload[],
  scenario: string,
): Workload | null => {
  const distance = ({ parameters }: Workload): number =>
    isByteScenario(scenario)
      ? -parameters.messageBytes
      : Math.abs(Math.log2(Math.max(1, parameters.messageBytes) / HEADLINE_MESSAGE_BYTES))
  const ranked = workloads
    .filter((workload) => workload.scenario === scenario)
    .sort(
      (left, right) =>
        right.cells.length - left.cells.length ||
        distance(left) - distance(right) ||
        right.parameters.depth - left.parameters.depth ||
        left.parameters.connections - right.parameters.connections,
    )
  return ranked[0] ?? null
}

/** One workload a scenario, in the order of the scenarios. */
export const headlineWorkloads = (cells: readonly BenchCell[]): Workload[] => {
  const workloads = workloadsOf(cells)
  return scenariosOf(cells).map((scenario) => headlineWorkload(workloads, scenario)!)
}

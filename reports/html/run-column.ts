/** One run as a column of the page: what it is called, and its results by case. */
import type { CaseResult, ConformRun } from '../../conformance/result.ts'

export interface RunColumn {
  /** Its name, and what tells it from other runs of that name. */
  readonly label: string
  readonly run: ConformRun
  readonly byId: ReadonlyMap<string, CaseResult>
}

const differences = (run: ConformRun, namesakes: readonly ConformRun[]): string[] => {
  const { framing, transport, service } = run.subject
  const varies = (key: 'framing' | 'transport' | 'service') =>
    new Set(namesakes.map(({ subject }) => subject[key])).size > 1
  return [
    ...(varies('framing') ? [framing] : []),
    ...(varies('transport') ? [transport] : []),
    ...(varies('service') ? [service] : []),
  ]
}

/** A column for each run, in their order; no two are called the same. */
export const columnsOf = (runs: readonly ConformRun[]): RunColumn[] => {
  const taken = new Map<string, number>()
  return runs.map((run) => {
    const namesakes = runs.filter(({ subject }) => subject.name === run.subject.name)
    const label = [run.subject.name, ...differences(run, namesakes)].join(', ')
    const count = (taken.get(label) ?? 0) + 1
    taken.set(label, count)
    return {
      label: count === 1 ? label : `${label} (${count})`,
      run,
      byId: new Map(run.cases.map((one) => [one.id, one])),
    }
  })
}

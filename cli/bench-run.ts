/** Measures subjects, with progress; used by `bench` and `compare`. */
import type { Extents } from '../bench/extents.ts'
import type { JointStart } from '../bench/joint-start.ts'
import { BENCH_SCHEMA, type BenchResult, type Struck } from '../bench/result.ts'
import { runBench } from '../bench/run.ts'
import type { Scenario, Workload } from '../bench/scenario.ts'
import type { BenchSubject } from '../bench/subject.ts'
import type { ConformResult } from '../conformance/result.ts'
import type { Environment } from '../harness/environment.ts'
import { preflight } from '../harness/preflight.ts'
import type { Transport } from '../posix/address.ts'
import { UsageError } from './errors.ts'
import { host } from './host.ts'
import type { Subject } from './subjects.ts'

export interface BenchRunOptions {
  workloads: readonly Workload[]
  launches: number
  extents: Extents
  /** Decides which cells may be measured. */
  conform: ConformResult
  environment: Environment
  joint?: JointStart
}

export async function measureSubjects(
  subjects: readonly Subject[],
  options: BenchRunOptions,
): Promise<BenchResult> {
  const { workloads, launches, extents, conform, environment, joint } = options
  const warnings = await preflight()
  for (const warning of warnings) host().log(`noisy machine: ${warning}`)
  const progress = host().startProgress('bench', subjects.length * workloads.length * launches)
  let done = 0
  try {
    const cells = await runBench({
      subjects: subjects.map(benchSubjectOf),
      workloads,
      launches,
      extents,
      struck: (subject, scenario) => struckBy(conform, subject, scenario),
      onProgress(now) {
        for (; done < now.done; done++) progress.step(`${now.subject} ${now.scenario}`)
      },
      signal: host().signal,
      seed: environment.seed,
      ...(joint && { joint }),
    })
    for (const cell of cells) if (cell.conformant) cell.warnings.push(...warnings)
    return { schema: BENCH_SCHEMA, partial: host().signal.aborted, environment, cells }
  } finally {
    progress.stop()
  }
}

/**
 * The bench measures servers that echo, and those that keep files where a scenario is for them:
 * others are left out, or refused where they were named.
 */
export function measurable(
  subjects: readonly Subject[],
  names: readonly string[],
  scenarios: readonly Scenario[],
): Subject[] {
  const takesFiles = scenarios.some(({ service }) => service === 'files')
  return subjects.filter((subject) => {
    const { record, traits } = subject
    const { name, responseFraming, service } = record
    if (keepsFiles(subject) && takesFiles) return true
    const isPlain = ['echo', 'sink'].includes(service) && responseFraming === undefined
    // Lessons are blocking, for one client at a time, and wrong: no figure of them means anything.
    const isLesson = traits.ours && name.startsWith('tutorial/')
    if (isPlain ? !isLesson : traits.ours && !isLesson && service !== 'files') return true
    if (traits.ours && names.length === 0) return false
    if (keepsFiles(subject)) {
      throw new UsageError(`${name} keeps files: measure it with --scenario file-transfer.`)
    }
    const how = responseFraming === undefined ? `"${service}"` : 'with another framing'
    throw new UsageError(`The bench measures servers that echo; ${name} answers ${how}.`)
  })
}

export const keepsFiles = ({ record }: Subject): boolean => record.service === 'files'

/** Replies are read with the framing's own decoder, so who does not keep files has to echo. */
export function benchSubjectOf(subject: Subject): BenchSubject {
  const { record, target, traits, ledger } = subject
  const { name, framing } = record
  const { messageBytesMax } = traits
  const knownWrong = ledger !== null
  const common = { name, framing, messageBytesMax, knownWrong }
  if (keepsFiles(subject)) return { ...common, target, keepsFiles: true }
  return { ...common, target: echoing(target) }
}

function echoing(target: Subject['target']): Subject['target'] {
  if (target.kind !== 'started' || target.spec.kind !== 'implementation') return target
  const { spec } = target
  return { kind: 'started', spec: { ...spec, serve: { ...spec.serve, service: 'echo' } } }
}

/** Right before fast: a case that the workload relies on and that was not passed. */
function struckBy(
  conform: ConformResult,
  subject: BenchSubject,
  scenario: Scenario,
): Struck | null {
  const run = conform.runs.find(
    ({ subject: { name, framing, transport } }) =>
      name === subject.name && framing === subject.framing && transport === transportOf(subject),
  )
  if (!run)
    return { symptom: 'not-checked', detail: 'its conformance was not checked', expected: false }
  for (const id of scenario.requires) {
    const result = run.cases.find((candidate) => candidate.id === id)
    if (!result) return { symptom: 'not-checked', detail: `${id} was not run`, expected: false }
    if (result.outcome === 'pass' || result.outcome === 'unsupported') continue
    const { symptom, outcome, detail, expected } = result
    return { symptom: symptom ?? outcome, detail: `${id}: ${detail}`, expected }
  }
  return null
}

const transportOf = ({ target }: BenchSubject): Transport =>
  target.kind === 'connect' ? target.address.transport : target.spec.transport

/** `framegate conform`: is the server right? */
import { annotationsOf } from '../../reports/annotations.ts'
import { type ConformFiles, writeResults } from '../conform-files.ts'
import { type ConformJob, runConformJob } from '../conform-job.ts'
import { printConformance } from '../conform-text.ts'
import { isQuiet, log, print } from '../console.ts'
import { CREW_SIZE } from '../crew.ts'
import { UsageError } from '../errors.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { fixLedgers } from '../fix-ledgers.ts'
import { interrupted } from '../interrupt.ts'
import {
  addRunOptions,
  addSubjectOptions,
  collect,
  parseShard,
  positiveInteger,
} from '../options.ts'
import { smoke, smokeLines } from '../smoke.ts'
import { resolveSubjects, type Subject, type SubjectOptions } from '../subjects.ts'
import { traceKeeper } from '../traces.ts'
import type { AddCommand } from './registry.ts'

interface Options extends SubjectOptions, ConformFiles, Omit<ConformJob, 'jobs'> {
  jobs?: number
  case: string[]
  trace?: string
  traceAll?: boolean
}

export const addConform: AddCommand = (program, end) => {
  const command = addSubjectOptions(program.command('conform'))
    .description('run the conformance suite against a server')
    .argument('[names...]', 'implementations; all of them when no subject is given')
    .option('--case <glob>', 'only these cases (repeatable)', collect, [])
    .option('--level <level>', 'must, should (must and should) or all', 'all')
    .option('--ledger <file>', 'expected failures, as JSON')
    .option('--fix-ledger', 'write the ledger anew, so that it says what was seen')
    .option('--bail', 'stop at the first unexpected outcome')
    .option('--jobs <n>', JOBS_HELP, positiveInteger)
    .option('--repeat <n>', 'run each case so often and tell which are flaky', positiveInteger, 1)
    .option('--shard <i/n>', 'only the i-th of n parts; `framegate merge` joins them', parseShard)
  addRunOptions(command)
    .addHelpText('after', HELP)
    .action(async (names: string[], options: Options) => {
      refusePartialFix(options)
      const subjects = resolveSubjects(names, options)
      for (const subject of subjects) await greet(subject)
      const { trace, html, traceAll = false } = options
      const keeper =
        trace || html ? traceKeeper({ folder: trace ?? null, all: traceAll }) : undefined
      const isPlain = subjects.length > 1 && !options.bail
      const { jobs = isPlain ? CREW_SIZE : 1 } = options
      const seen = await runConformJob(subjects, { ...options, jobs }, keeper)
      const result = options.fixLedger ? fixLedgers(seen, subjects) : seen
      await writeResults(result, options, keeper?.traces())
      printConformance(result)
      if (process.env.GITHUB_ACTIONS === 'true')
        for (const line of annotationsOf(result)) print(line)
      end(exitCodeOf(result, result.partial))
    })
}

const JOBS_HELP =
  'subjects side by side, of one subject instances (default: two a core, one instance)'

const HELP = `
{port} in --exec is replaced by a free port (PORT and FRAMEGATE_PORT hold it too), {path} by the
path of a Unix socket. A server that answers every message with itself needs nothing else.

Exit codes: 0 all as expected, 1 not conformant, 2 usage, 3 inconclusive, 4 not started.

Examples:
  framegate conform --exec 'python3 server.py {port}' --framing u32be --max-frame 1MiB
  framegate conform --connect 127.0.0.1:9000 --framing json-header
  framegate conform length-prefixed --case 'boundary/*' --json out.json
  framegate conform`

const ONLY_TIMED =
  'was not started by framegate: merges are timed, not proven, and its memory and descriptors ' +
  'are not seen'

/** Every case fails when the options are wrong: that is said first, and once. */
async function greet(subject: Subject): Promise<void> {
  const { target, traits, record } = subject
  const isSpent = target.kind === 'connect' && traits.singleConnection === true
  // It speaks a protocol of its own, and its cases say at once what is wrong.
  const keepsFiles = traits.service === 'files'
  if (target.kind === 'connect') log(`${record.name} ${ONLY_TIMED}`)
  if (traits.ours || isSpent || keepsFiles || isQuiet() || interrupted.aborted) return
  const result = await smoke(subject)
  if (result.verdict === 'fine') return
  log(`smoke: ${record.name} does not answer as it should`)
  for (const line of smokeLines(result)) log(`  ${line}`)
}

/** A part of the suite shows nothing of the rest, which would be taken off the ledger. */
function refusePartialFix(options: Options): void {
  if (!options.fixLedger) return
  const { case: globs, level, shard, bail } = options
  const cuts = [
    [globs.length > 0, '--case'],
    [level !== 'all', '--level'],
    [shard !== undefined, '--shard'],
    [bail === true, '--bail'],
  ] as const
  const cut = cuts.find(([isCut]) => isCut)?.[1]
  if (cut) throw new UsageError(`--fix-ledger needs a run of the whole suite: leave out ${cut}.`)
}

/** `framegate conform-client`: is the client right? We are its server, and a hostile one. */
import type { ClientTraits } from '../../conformance/clients/client-case.ts'
import { CLIENT_CASES } from '../../conformance/clients/registry.ts'
import { runClientCases } from '../../conformance/clients/run.ts'
import { applyLedger, type Ledger } from '../../conformance/ledger.ts'
import {
  type CaseResult,
  CONFORM_SCHEMA,
  type ConformResult,
  type SubjectRecord,
} from '../../conformance/result.ts'
import { isUnexpected, summarise } from '../../conformance/summary.ts'
import { detectEnvironment } from '../../harness/environment.ts'
import { parseSize } from '../../wire/options.ts'
import { type CaseChoice, chooseCases } from '../choose-cases.ts'
import { type ConformFiles, writeResults } from '../conform-files.ts'
import { printConformance } from '../conform-text.ts'
import { log } from '../console.ts'
import { UsageError } from '../errors.ts'
import { exitCodeOf } from '../exit-codes.ts'
import { interrupted } from '../interrupt.ts'
import { ledgerFor } from '../ledgers.ts'
import { addRunOptions, collect, positiveInteger } from '../options.ts'
import { startProgress } from '../progress.ts'
import { judged } from '../subject-traits.ts'
import { shellQuoted } from '../subjects.ts'
import { type TraceKeeper, traceKeeper } from '../traces.ts'
import type { AddCommand } from './registry.ts'

interface Options extends CaseChoice, ConformFiles {
  exec?: string
  framing?: string
  maxFrame?: number
  name?: string
  ledger?: string
  bail?: boolean
  jobs: number
  seed: number
  timeoutScale: number
  trace?: string
  traceAll?: boolean
}

/** Cases spend most of their time waiting for their client to start, or to come to rest. */
const JOBS_DEFAULT = 4

export const addConformClient: AddCommand = (program, end) => {
  const command = program
    .command('conform-client')
    .description('run the conformance suite against a client')
    .option('--exec <command>', 'start this client, {host} and {port} replaced')
    .option('--framing <framing>', 'what it speaks, as `framegate list framings` shows')
    .option(
      '--max-frame <size>',
      'largest message it promises to take (default 16MiB)',
      (text: string) => parseSize(text),
    )
    .option('--name <name>', 'what to call it in reports')
    .option('--case <glob>', 'only these cases (repeatable)', collect, [])
    .option('--level <level>', 'must, should (must and should) or all', 'all')
    .option('--ledger <file>', 'expected failures, as JSON')
    .option('--bail', 'stop at the first unexpected outcome')
    .option('--jobs <n>', 'cases side by side', positiveInteger, JOBS_DEFAULT)
  addRunOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const { trace, html, traceAll = false } = options
      const keeper =
        trace || html ? traceKeeper({ folder: trace ?? null, all: traceAll }) : undefined
      const result = await conformClient(options, keeper)
      await writeResults(result, options, keeper?.traces())
      printConformance(result)
      end(exitCodeOf(result, result.partial))
    })
}

const HELP = `
The client connects to {host} and {port} (FRAMEGATE_HOST and FRAMEGATE_PORT hold them too), reads
requests from its standard input, one message a line in hex (an empty line is an empty message),
sends each as a frame, prints every reply as one line of hex, and ends with status 0 when each
request has its reply; otherwise with another status and a word on standard error.

Exit codes: 0 all as expected, 1 not conformant, 2 usage, 3 inconclusive, 4 not started.

Examples:
  framegate conform-client --exec 'python3 client.py {host} {port}' --framing u32be
  framegate conform-client --exec './client {host} {port}' --framing netstring --max-frame 1MiB
  framegate list cases
  framegate explain client/two-replies-one-write`

interface ClientSubject {
  command: string
  record: SubjectRecord
  traits: ClientTraits
  ledger: Ledger | null
  /** Options that name it again on a command line. */
  flags: string
}

async function conformClient(options: Options, keeper?: TraceKeeper): Promise<ConformResult> {
  const chosen = chooseCases(CLIENT_CASES, options)
  const { command, record, traits, ledger, flags } = subjectOf(options)
  log(`seed ${options.seed}`)
  const environment = detectEnvironment(options.seed)
  const today = new Date().toISOString().slice(0, 10)
  const judge = (results: readonly CaseResult[], complete: boolean) =>
    applyLedger(ledger, results, record, { complete, today })
  const progress = startProgress('conformance', chosen.length)
  try {
    const cases = await runClientCases({
      command,
      traits,
      cases: chosen,
      seed: options.seed,
      timeScale: options.timeoutScale,
      jobs: options.jobs,
      bail: options.bail === true,
      signal: interrupted,
      repro: (id, seed) => `framegate conform-client ${flags} --case '${id}' --seed ${seed}`,
      onCase: ({ id }) => progress.step(id),
      ...(keeper ? { evidence: keeper.of(0, record) } : {}),
      isExpected(result) {
        judge([result], false)
        return !isUnexpected(result)
      },
    })
    const problems = judge(cases, cases.length === CLIENT_CASES.length)
    const run = { subject: record, summary: summarise(cases), cases, problems }
    const partial = interrupted.aborted
    return { schema: CONFORM_SCHEMA, partial, environment, runs: [run] }
  } finally {
    progress.stop()
  }
}

function subjectOf(options: Options): ClientSubject {
  const { exec, framing } = options
  if (exec === undefined || exec.trim() === '') {
    throw new UsageError('Say how the client is started: --exec "./client {host} {port}".')
  }
  if (framing === undefined || framing === 'all') {
    const hint = '`framegate list framings` shows them.'
    throw new UsageError(
      `Say which framing the client speaks, for example --framing u32be. ${hint}`,
    )
  }
  const { reference, messageBytesMax } = judged(framing, options)
  if (reference.family === 'raw' || reference.family === 'datagram') {
    throw new UsageError(
      `A client cannot be judged in "${framing}": nothing says where a reply ends on a stream.`,
    )
  }
  const limit = options.maxFrame === undefined ? '' : ` --max-frame ${options.maxFrame}`
  const ledger = options.ledger === undefined ? '' : ` --ledger ${shellQuoted(options.ledger)}`
  return {
    command: exec,
    record: {
      name: options.name ?? exec,
      framing,
      service: 'scripted',
      maxFrame: options.maxFrame ?? messageBytesMax,
      transport: 'tcp',
      role: 'client',
    },
    traits: { framing: reference, messageBytesMax },
    ledger: ledgerFor(options),
    flags: `--exec ${shellQuoted(exec)} --framing '${framing}'${limit}${ledger}`,
  }
}

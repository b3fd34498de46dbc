/** `framegate init`: a configuration, a ledger and a workflow for one server. */
import type { Case } from '../../conformance/case.ts'
import { CASES } from '../../conformance/registry.ts'
import { joinRepeats } from '../../conformance/repeat.ts'
import type { ConformResult } from '../../conformance/result.ts'
import type { SmokeResult } from '../../conformance/smoke.ts'
import type { GuessedSettings } from '../../conformance/smoke-guess.ts'
import { isUnexpected, summarise } from '../../conformance/summary.ts'
import { CORES } from '../../harness/cores.ts'
import { detectEnvironment } from '../../harness/environment.ts'
import { formatSize } from '../../wire/options.ts'
import { checkedSubject } from '../config.ts'
import type { SubjectSettings } from '../config-schema.ts'
import { runConformance } from '../conform-run.ts'
import { printConformance } from '../conform-text.ts'
import { log, print } from '../console.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts'
import { writeFileWhole } from '../files.ts'
import { fixLedgers } from '../fix-ledgers.ts'
import { configText, FILES, refuseToOverwrite, workflowText } from '../init/files.ts'
import { type Ask, withTerminal } from '../init/questions.ts'
import { addServerOptions, SEED_DEFAULT } from '../options.ts'
import { printSmoke, smoke } from '../smoke.ts'
import { resolveSubjects, type Subject, type SubjectOptions, shellQuoted } from '../subjects.ts'
import type { AddCommand } from './registry.ts'

interface Options extends SubjectOptions {
  yes?: boolean
  force?: boolean
}

const NAME = 'server'
/** Tried first where nobody says a framing: from a wrong one the right one is guessed. */
const FRAMING_FIRST = 'u32be'
/** So often, and so long, what failed is run again to see whether it is flaky. */
const ROUNDS_MAX = 7
const AGAIN_MS_MAX = 15_000
const JOBS = Math.min(2, CORES)

export const addInit: AddCommand = (program, end) => {
  const command = program
    .command('init')
    .description('write a configuration, a ledger and a CI workflow for a server, and judge it')
    .option('--exec <command>', 'how the server is started, {port} replaced')
  addServerOptions(command)
    .option('--yes', 'ask nothing')
    .option('--force', 'write files anew that are there already')
    .addHelpText('after', HELP)
    .action(async (options: Options) => end(await init(options)))
}

const HELP = `
It talks to the server first, and stops where the options are wrong and not the server. Without
--framing it finds out. Then the whole suite runs, and what fails is written into the ledger: from
then on \`framegate conform\` is green until something changes.

Exit codes: 0 written, 1 nothing was written as the server answers nothing or is spoken to wrongly,
2 usage, 3 written, but not everything could be proven, 4 not started.

Examples:
  framegate init
  framegate init --exec 'python3 server.py {port}' --framing u32be --yes`

async function init(options: Options): Promise<ExitCode> {
  if (!options.force) refuseToOverwrite()
  const settings = await withTerminal(async (terminal) => {
    const ask = options.yes ? null : terminal
    const { settings, said } = await settled(options, ask)
    return greeted(settings, said, ask)
  })
  return settings === null ? EXIT.failed : judged(settings)
}

/** What somebody said, and no guess may change unasked. */
interface Said {
  isFramed: boolean
  isServing: boolean
}

/** What the command line says, and what it does not say asked for. Throws UsageError. */
async function settled(
  options: Options,
  ask: Ask | null,
): Promise<{ settings: SubjectSettings; said: Said }> {
  const { exec, readyPattern, requestFraming, responseFraming, exchanges, transport } = options
  const { maxFrame, singleConnection, pipelining, name = NAME } = options
  const command = exec ?? (await ask?.('How is it started? ({port}: where it has to listen)', ''))
  if (!command) {
    throw new UsageError("Say how it is started, for example --exec 'python3 server.py {port}'.")
  }
  const framing =
    requestFraming ?? options.framing ?? (await ask?.('Which framing? (empty: find out)', ''))
  const service =
    exchanges ?? options.service ?? (await ask?.('echo, upper, receipt or time? [echo]', ''))
  const given = {
    name,
    exec: command,
    readyPattern,
    framing: requestFraming ? options.framing : framing || FRAMING_FIRST,
    requestFraming,
    responseFraming,
    service: exchanges ? options.service : service || undefined,
    exchanges,
    maxFrame: maxFrame === undefined ? undefined : formatSize(maxFrame),
    transport,
    singleConnection,
    pipelining: pipelining === false ? false : undefined,
    ledger: FILES.ledger,
  }
  // What is not there must not be there as `undefined`.
  const settings = JSON.parse(JSON.stringify(given)) as SubjectSettings
  return { settings, said: { isFramed: Boolean(framing), isServing: Boolean(service) } }
}

/**
 * Settings with which it answers one frame at least; null, and told, where there are none. A guess
 * is taken where it contradicts nothing that was said.
 */
async function greeted(
  settings: SubjectSettings,
  said: Said,
  ask: Ask | null,
): Promise<SubjectSettings | null> {
  const [subject] = resolveSubjects([], subjectOf(settings))
  log(`talking to ${settings.exec}`)
  const result = await smoke(subject!)
  if (result.verdict === 'fine') return settings
  const guess = result.guess?.settings
  if (!guess) {
    printSmoke(subject!, result)
    if (hasAnswered(result)) return settings
    print('It is the server that is wrong: mend it first. Nothing was written.')
    return null
  }
  if (contradicts(guess, said)) {
    printSmoke(subject!, result)
    const isTaken = ask && /^y/i.test(await ask(`Take ${result.guess!.flags}? [Y/n]`, 'y'))
    if (!isTaken) {
      print(`It is not the server that is wrong. Say ${result.guess!.flags}. Nothing was written.`)
      return null
    }
  } else {
    log(`${result.guess!.words} Taken: ${result.guess!.flags}`)
  }
  const { framing, ...rest } = settings
  const isReframed = guess.requestFraming !== undefined || guess.framing !== undefined
  return greeted({ ...(isReframed ? rest : settings), ...guess }, said, ask)
}

const hasAnswered = ({ steps }: SmokeResult): boolean => steps.filter(({ ok }) => ok).length > 1

const contradicts = (guess: GuessedSettings, { isFramed, isServing }: Said): boolean => {
  const reframes = 'framing' in guess || 'requestFraming' in guess || 'responseFraming' in guess
  return (isFramed && reframes) || (isServing && 'service' in guess)
}

/** As if it were configured already; the ledger is going to be written. */
const subjectOf = (settings: SubjectSettings): SubjectOptions => ({
  ...checkedSubject(settings),
  configured: shellQuoted(settings.name),
  fixLedger: true,
})

/** The whole suite; what fails goes into the ledger. */
async function judged(settings: SubjectSettings): Promise<ExitCode> {
  const subjects = resolveSubjects([], subjectOf(settings))
  const seen = await seenOf(subjects)
  printConformance(seen)
  if (seen.partial) return exitCodeOf(seen, true)
  const result = fixLedgers(seen, subjects)
  writeFileWhole(FILES.config, configText(settings))
  writeFileWhole(FILES.workflow, workflowText())
  print(`\nWritten: ${Object.values(FILES).join(', ')}`)
  const known = result.runs.reduce((sum, { summary }) => sum + summary.expectedFailures, 0)
  const listed = `${known === 1 ? '1 failure is' : `${known} failures are`} in ${FILES.ledger}`
  if (known > 0) print(`${listed}: say there why, and take off what is mended.`)
  print('From now on: npx framegate conform')
  return exitCodeOf(result, false)
}

/**
 * A fault that shows by chance shows in the neighbourhood of others. Kinds of cases of which one
 * failed are run again, then what failed a few times more: so the ledger says what is flaky.
 */
async function seenOf(subjects: readonly Subject[]): Promise<ConformResult> {
  const first = await runOf(subjects, CASES, JOBS)
  const rounds = [first]
  const failed = () => new Set(rounds.flatMap(unexpectedIn))
  const kinds = new Set([...failed()].map(kindOf))
  const again = CASES.filter(({ id }) => kinds.has(kindOf(id)))
  if (again.length > 0 && !first.partial) {
    log('what failed is run again, several times: some failures do not show every time')
  }
  if (again.length > 0 && !first.partial) rounds.push(await runOf(subjects, again, 1))
  const endMs = performance.now() + AGAIN_MS_MAX
  const wrong = failed()
  const suspects = CASES.filter(({ id }) => wrong.has(id))
  while (suspects.length > 0 && rounds.length < ROUNDS_MAX && performance.now() < endMs) {
    if (rounds.at(-1)!.partial) break
    rounds.push(await runOf(subjects, suspects, JOBS))
  }
  const runs = first.runs.map((run, at) => {
    const cases = joinRepeats(rounds.map(({ runs }) => runs[at]?.cases ?? []))
    return { ...run, cases, summary: summarise(cases) }
  })
  return { ...first, partial: rounds.at(-1)!.partial, runs }
}

const unexpectedIn = ({ runs }: ConformResult): string[] =>
  runs.flatMap(({ cases }) => cases.filter(isUnexpected).map(({ id }) => id))

/** `boundary` of `boundary/one-frame`. */
const kindOf = (id: string): string => id.split('/')[0]!

const runOf = (
  subjects: readonly Subject[],
  cases: readonly Case[],
  jobs: number,
): Promise<ConformResult> =>
  runConformance(subjects, {
    cases,
    jobs,
    complete: false,
    seed: SEED_DEFAULT,
    timeScale: 1,
    bail: false,
    environment: detectEnvironment(SEED_DEFAULT),
  })

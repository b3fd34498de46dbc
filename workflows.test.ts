/**
 * The action and the workflows: they are YAML, what they call is there, and the action's own script
 * is run as a runner would run it.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './cli/exit-codes.ts'
import { createProgram } from './cli/program.ts'
import manifest from './package.json' with { type: 'json' }

setDefaultTimeout(60_000)
const ROOT = import.meta.dir
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Step {
  id?: string
  uses?: string
  run?: string
  with?: Record<string, string | number>
}

interface Job {
  steps: Step[]
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const parsed = <T>(text: string): T => Bun.YAML.parse(text) as T

const action = parsed<{
  inputs: Record<string, unknown>
  outputs: Record<string, { value: string }>
  runs: { steps: Step[] }
}>(read('action.yml'))

const WORKFLOWS = '.github/workflows'
const documented = ['docs/gate.md', 'docs/many-machines.md'].flatMap((name) =>
  [...read(name).matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml]) => ({ name, text: yaml! })),
)
const workflows = [
  ...readdirSync(join(ROOT, WORKFLOWS)).map((name) => ({
    name,
    text: read(`${WORKFLOWS}/${name}`),
  })),
  ...documented,
].map(({ name, text }) => ({ name, jobs: parsed<{ jobs: Record<string, Job> }>(text).jobs }))

const steps = workflows.flatMap(({ name, jobs }) =>
  Object.values(jobs).flatMap((job) => job.steps.map((step) => ({ name, ...step }))),
)
/** Steps that are this action, as a checkout of it or by its name. */
const uses = steps.filter((step) => /^(\.\/|[^/]+\/framegate@.*)$/.test(step.uses ?? ''))

/** What a shell makes of options: words, without their quotes. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, one, two, three]) => one ?? two ?? three!,
  )

function optionsOf(name: string): string[] {
  const command = createProgram(() => undefined).commands.find((one) => one.name() === name)!
  return command.options.flatMap(({ long }) => long ?? [])
}

const unknownIn = (command: string, text: string): string[] =>
  wordsOf(text).filter((word) => word.startsWith('--') && !optionsOf(command).includes(word))

describe('what is called is there', () => {
  test('this repository gates itself, and the documentation shows how others do', () => {
    expect(uses.map(({ name }) => name)).toEqual(['ci.yml', 'docs/gate.md'])
  })

  test.each(uses)('$name: inputs and options are known', ({ with: given = {} }) => {
    expect(Object.keys(action.inputs)).toContainValues(Object.keys(given))
    expect(unknownIn(String(given.command ?? 'gate'), String(given.args))).toEqual([])
  })

  test('commands of framegate that workflows run have the options', () => {
    const commands = steps.flatMap(({ run = '' }) => [...run.matchAll(/npx framegate (\w+)(.*)/g)])
    expect(commands.map(([, name]) => name)).toEqual(['compare', 'merge'])
    for (const [, name, rest] of commands) expect(unknownIn(name!, rest!)).toEqual([])
  })

  test('the action adds options that both of its commands have', () => {
    const script = action.runs.steps.find(({ id }) => id === 'run')!.run!
    const added = [...script.matchAll(/^ +(--[a-z-]+) "\$directory/gm)].map(([, option]) => option!)
    expect(added).toEqual(['--json', '--md', '--junit'])
    for (const command of ['gate', 'conform']) expect(optionsOf(command)).toContainValues(added)
  })

  test('its outputs come from a step that it has', () => {
    const ids = action.runs.steps.flatMap(({ id }) => id ?? [])
    for (const { value } of Object.values(action.outputs)) {
      const [, id] = /steps\.(\w+)\.outputs/.exec(value)!
      expect(ids).toContain(id!)
    }
  })

  test('scripts of npm that workflows run exist', () => {
    const scripts = steps.flatMap(({ run = '' }) => [
      ...run.matchAll(/npm (?:run (?:-s )?)?([a-z]+)/g),
    ])
    const names = scripts.map(([, name]) => name!).filter((name) => name !== 'ci')
    expect(names.length).toBeGreaterThan(2)
    expect(Object.keys(manifest.scripts)).toContainValues(names)
  })
})

describe('the action, as a runner runs it', () => {
  async function act(command: string, args: string) {
    const place = mkdtempSync(join(folder, 'run-'))
    const [output, summary] = [join(place, 'output'), join(place, 'summary')]
    const { run } = action.runs.steps.find(({ id }) => id === 'run')!
    // As GitHub starts `shell: bash`.
    const child = Bun.spawn(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run!], {
      cwd: ROOT,
      env: {
        ...process.env,
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: place,
        FRAMEGATE_COMMAND: command,
        FRAMEGATE_ARGS: args,
      },
      stdout: 'pipe',
      stderr: 'ignore',
    })
    const out = await child.stdout.text()
    const code = await child.exited
    const text = async (path: string) =>
      (await Bun.file(path).exists()) ? Bun.file(path).text() : ''
    const outputs = Object.fromEntries(
      (await text(output)).split('\n').map((line) => line.split('=') as [string, string]),
    )
    return { code, out, outputs, summary: await text(summary) }
  }

  test('conform: code, files and summary', async () => {
    const args = "length-prefixed --case 'boundary/two-frames-one-write'"
    const { code, outputs, summary } = await act('conform', args)
    expect({ code, told: outputs['exit-code'] }).toEqual({ code: EXIT.ok, told: '0' })
    expect(readdirSync(outputs.directory!).sort()).toEqual([
      'result.json',
      'result.md',
      'result.xml',
    ])
    expect(summary).toBe(readFileSync(join(outputs.directory!, 'result.md'), 'utf8'))
  })

  test('gate: its exit code is the step’s', async () => {
    const args = '--base length-prefixed --head length-prefixed-send --budget 1s'
    const { code, outputs, summary } = await act('gate', args)
    expect({ code, told: outputs['exit-code'] }).toEqual({ code: EXIT.failed, told: '1' })
    expect(summary).toContain('framegate: regressed')
  })

  test('what is in an input is never run', async () => {
    const place = mkdtempSync(join(folder, 'run-'))
    const told = join(place, 'told')
    // A name that git takes for a branch's.
    const name = `$(touch\${IFS}${told})`
    const { code } = await act('conform', `length-prefixed --case '${name}' --seed "1"`)
    expect(code).toBe(EXIT.usage)
    expect((await act('conform', `length-prefixed --case ${name}`)).code).toBe(EXIT.usage)
    expect(readdirSync(place)).toEqual([])
  })

  test('a quote that is left open: said, and nothing is run', async () => {
    const { code, out } = await act('conform', "length-prefixed --case 'x")
    expect(code).toBe(EXIT.usage)
    expect(out).toContain('::error::framegate: args has a quote without its end')
  })

  test('another command is refused', async () => {
    const { code, out } = await act('serve; reboot', '')
    expect(code).toBe(EXIT.usage)
    expect(out).toContain('::error::framegate: command is gate or conform')
  })
})

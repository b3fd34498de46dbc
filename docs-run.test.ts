/**
 * What the documents tell people to type, typed. Commands in fences marked `sh` are run, and have
 * to end with 0, or as `# exits N` behind them says. Those that take minutes, and those that are
 * these very tests, are looked at only: script, options and files have to exist.
 */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './cli/exit-codes.ts'
import manifest from './package.json' with { type: 'json' }

const ROOT = import.meta.dir
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
/** `console` is a session with a server in it: a test of that document's own types it. */
const LANGUAGES = ['sh', 'ts', 'json', 'text', 'console', 'yaml']
const COMMAND_MS_MAX = 60_000
/** Framegate's commands that measure, or run every implementation. */
const SLOW_COMMANDS = ['compare', 'bench', 'gate', 'calibrate']

interface Fence {
  language: string
  line: number
  lines: string[]
}

interface Command {
  where: string
  text: string
  exitCode: number
}

function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = []
  let open: Fence | null = null
  for (const [index, line] of markdown.split('\n').entries()) {
    const mark = /^\s*```(.*)$/.exec(line)
    if (!mark) open?.lines.push(line)
    else if (open) open = null
    else {
      open = { language: mark[1]!, line: index + 1, lines: [] }
      fences.push(open)
    }
  }
  return fences
}

/** Lines that end in a backslash go on; behind ` #` is what a reader is told. */
function commandsOf(document: string, markdown: string): Command[] {
  return fencesOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ line, lines }) => {
      const joined = lines
        .join('\n')
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
      return joined.flatMap((whole) => {
        const [text = '', comment = ''] = whole.trim().split(/\s+# ?/)
        if (text === '' || text.startsWith('#')) return []
        const exitCode = Number(/^exits (\d+)$/.exec(comment)?.[1] ?? 0)
        return [{ where: `${document}:${line}`, text, exitCode }]
      })
    })
}

type Plan = { kind: 'run' } | { kind: 'look'; problem: string | null } | { kind: 'unknown' }

/** What is done about a command. */
function planFor(text: string): Plan {
  const parts = text.split(' && ')
  const plans = parts.map((part) => planForOne(wordsOf(part)))
  if (plans.some(({ kind }) => kind === 'unknown')) return { kind: 'unknown' }
  if (plans.every(({ kind }) => kind === 'run')) return { kind: 'run' }
  const problems = plans.flatMap((plan) => (plan.kind === 'look' && plan.problem) || [])
  return { kind: 'look', problem: problems[0] ?? null }
}

/** As a shell splits them, as far as these documents go. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)

function planForOne([first = '', ...rest]: string[]): Plan {
  const [variable, value] = first.split('=')
  if (value !== undefined) return planWithVariable(variable!, planForOne(rest))
  const words = [first, ...rest]
  const separator = words.indexOf('--')
  const called = (separator === -1 ? words : words.slice(0, separator)).join(' ')
  const args = separator === -1 ? [] : words.slice(separator + 1)
  if (called === 'npm ci') return look(existsSync(join(ROOT, 'package-lock.json')), 'no lock file')
  if (called === 'npm start') return lookAtOptions('compare', args)
  if (called === 'npm test') return lookAtTests(args)
  const script = /^npm run (\w+)$/.exec(called)?.[1]
  if (script) return look(script in manifest.scripts, `no script ${script}`)
  if (called === 'npm run -s framegate') {
    const [command = ''] = args
    return SLOW_COMMANDS.includes(command) ? lookAtOptions(command, args.slice(1)) : { kind: 'run' }
  }
  if (first === 'npx') {
    return look(existsSync(join(ROOT, 'node_modules/.bin', rest[0]!)), `no program ${rest[0]}`)
  }
  return { kind: 'unknown' }
}

const look = (isThere: boolean, problem: string): Plan => ({
  kind: 'look',
  problem: isThere ? null : problem,
})

function planWithVariable(variable: string, plan: Plan): Plan {
  const used = ['wire/testing.ts', 'reports/testdata/golden.ts'].some((path) =>
    readFileSync(join(ROOT, path), 'utf8').includes(variable),
  )
  return used ? plan : look(false, `nothing reads ${variable}`)
}

function lookAtOptions(command: string, args: readonly string[]): Plan {
  const source = ['options.ts', `commands/${command}.ts`].map((path) =>
    readFileSync(join(ROOT, 'cli', path), 'utf8'),
  )
  const known = new Set(source.join('\n').match(/--[a-z-]+/g))
  const unknown = args.filter((word) => word.startsWith('--') && !known.has(word))
  return look(unknown.length === 0, `${command} has no ${unknown.join(', ')}`)
}

/** Every path, or part of one, has to choose a test; what follows `-t` is a name. */
function lookAtTests(args: readonly string[]): Plan {
  const all = [...new Bun.Glob('**/*.test.ts').scanSync(ROOT)]
  const tests = all.filter((path) => !path.startsWith('node_modules/'))
  const named = args.indexOf('-t')
  const filters = named === -1 ? args : args.slice(0, named)
  const vain = filters.filter((filter) => !tests.some((path) => path.includes(filter)))
  return look(vain.length === 0, `no test file is chosen by ${vain.join(', ')}`)
}

const documents = DOCUMENTS.map((name) => ({
  name,
  text: readFileSync(join(ROOT, name), 'utf8'),
}))
const commands = documents.flatMap(({ name, text }) => commandsOf(name, text))

/** A checkout in which commands may write: everything but `reports` is the real one. */
const stage = mkdtempSync(join(tmpdir(), 'framegate-docs-'))
for (const entry of readdirSync(ROOT)) {
  if (entry !== 'reports' && entry !== '.git') symlinkSync(join(ROOT, entry), join(stage, entry))
}
afterAll(() => rmSync(stage, { recursive: true, force: true }))

describe('commands in the documents', () => {
  const hasPython = Bun.which('python3') !== null
  const isRunnable = ({ text }: Command) => hasPython || !text.includes('python3')

  test('each is one that this test knows', () => {
    const unknown = commands.filter(({ text }) => planFor(text).kind === 'unknown')
    expect(unknown).toEqual([])
    expect(commands.length).toBeGreaterThan(10)
  })

  const looked = commands.filter(({ text }) => planFor(text).kind === 'look')
  test.each(looked)('$where $text could be run', ({ text }) => {
    expect(planFor(text)).toEqual({ kind: 'look', problem: null })
  })

  const run = commands.filter((command) => planFor(command.text).kind === 'run')
  test.each(run.filter(isRunnable))(
    '$where $text exits $exitCode',
    async ({ text, exitCode }) => {
      const env = { ...process.env, CI: 'true', NO_COLOR: '1' }
      const argv = ['/bin/sh', '-c', text]
      const shell = Bun.spawn(argv, { cwd: stage, env, stdout: 'pipe', stderr: 'pipe' })
      const [out, err] = await Promise.all([shell.stdout.text(), shell.stderr.text()])
      const ended = { exitCode: await shell.exited, said: `${out}${err}`.slice(-2_000) }
      expect(ended).toEqual({ exitCode, said: ended.said })
      const written = [...text.matchAll(/--(?:json|junit|md|html) (\S+)/g)].map(([, path]) => path!)
      expect(written.filter((path) => !existsSync(join(stage, path)))).toEqual([])
    },
    COMMAND_MS_MAX,
  )
})

describe('what else the documents say', () => {
  test('fences are marked, so that no command escapes the test', () => {
    const unmarked = documents.flatMap(({ name, text }) =>
      fencesOf(text)
        .filter(({ language }) => !LANGUAGES.includes(language))
        .map(({ language, line }) => `${name}:${line} \`\`\`${language}`),
    )
    expect(unmarked).toEqual([])
  })

  test('files that they name exist', () => {
    const folders = readdirSync(ROOT).filter((entry) => !entry.includes('.') || entry === '.ci')
    const missing = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
        .map(([, path]) => path!)
        .filter((path) => folders.includes(path.split('/')[0]!))
        .filter((path) => !path.startsWith('reports/latest') && !existsSync(join(ROOT, path)))
        .map((path) => `${name} names ${path}`),
    )
    expect(missing).toEqual([])
  })

  test('pictures are small enough to be looked at over a telephone', () => {
    const pictures = readdirSync(join(ROOT, 'docs/images'))
    const large = pictures.filter(
      (name) => statSync(join(ROOT, 'docs/images', name)).size > 150_000,
    )
    expect([pictures.length > 0, large]).toEqual([true, []])
  })

  test('the README fits on a screen', () => {
    expect(documents[0]!.text.split('\n').length).toBeLessThanOrEqual(60)
  })

  test('every exit code is explained, and no other', () => {
    const { text } = documents.find(({ name }) => name === 'docs/exit-codes.md')!
    const rows = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(rows).toEqual(Object.values(EXIT))
  })
})

describe('this test itself', () => {
  test('reads commands, joined lines and expected exit codes out of fences', () => {
    const markdown = '# A\n```sh\nnpm ci # first\n\n# a remark\nnpm \\\n  test  # exits 3\n```\nx'
    expect(commandsOf('a.md', `${markdown}\n\`\`\`ts\nlet x\n\`\`\``)).toEqual([
      { where: 'a.md:2', text: 'npm ci', exitCode: 0 },
      { where: 'a.md:2', text: 'npm test', exitCode: 3 },
    ])
  })

  test.each([
    ['npm run -s framegate -- list', { kind: 'run' }],
    ['npm ci && npm start -- --quick', { kind: 'look', problem: null }],
    ['npm start -- --quik', { kind: 'look', problem: 'compare has no --quik' }],
    ['npm test -- wire -t "x"', { kind: 'look', problem: null }],
    ['npm test -- wird', { kind: 'look', problem: 'no test file is chosen by wird' }],
    ['npm run chekc', { kind: 'look', problem: 'no script chekc' }],
    ['NOBODY=1 npm test', { kind: 'look', problem: 'nothing reads NOBODY' }],
    ['curl localhost', { kind: 'unknown' }],
    ['npm ci && rm -r x', { kind: 'unknown' }],
  ])('%s', (text, plan) => {
    expect(planFor(text)).toEqual(plan as Plan)
  })
})

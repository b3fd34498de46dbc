/** The published JSON Schemas: what the program checks by, and what its results keep. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import Ajv from 'ajv'
import { EXAMPLE_GATE } from '../reports/testdata/example-gate.ts'
import { EXIT } from './exit-codes.ts'
import { SCHEMAS } from './schemas/registry.ts'
import { framegate } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
const PUBLISHED = join(ROOT, 'schemas')
const UPDATE = 'FRAMEGATE_UPDATE_GOLDENS'
// Every test starts processes.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Name = keyof typeof SCHEMAS
const NAMES = Object.keys(SCHEMAS) as Name[]
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

describe('schemas/', () => {
  test.each(NAMES)(`%s.json is made of what the program checks by (${UPDATE}=1)`, (name) => {
    const title = `A result of framegate: ${name}`
    // A date is checked by its pattern alone: formats are nothing that validators agree on.
    const made = { ...toJsonSchema(SCHEMAS[name], { errorMode: 'ignore' }), title }
    const path = join(PUBLISHED, `${name}.json`)
    if (process.env[UPDATE] === '1') writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`)
    expect(read(path)).toEqual(JSON.parse(JSON.stringify(made)))
  })

  test('holds nothing else', () => {
    expect(readdirSync(PUBLISHED).toSorted()).toEqual(
      NAMES.map((name) => `${name}.json`).toSorted(),
    )
  })
})

/** What a validator of somebody else's says; empty where nothing is wrong. */
function problemsIn(name: Name, value: unknown): string[] {
  const validate = new Ajv({ allErrors: true, logger: false, validateFormats: false }).compile(
    read(join(PUBLISHED, `${name}.json`)),
  )
  if (validate(value)) return []
  return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`)
}

async function exitOf(...args: string[]): Promise<number> {
  return (await framegate('--quiet', ...args)).code
}

describe('real results', () => {
  test('of conform, wrong cases, traces and a ledger among them', async () => {
    const json = join(folder, 'conform.json')
    const trace = join(folder, 'traces')
    const cases = ['--case', 'boundary/*-write', '--case', 'boundary/one-frame']
    const args = ['conform', 'naive-recv', 'line', ...cases, '--json', json, '--trace', trace]
    expect(await exitOf(...args)).toBe(EXIT.ok)
    expect(problemsIn('conform', read(json))).toEqual([])
    const traces = readdirSync(trace, { recursive: true, encoding: 'utf8' })
    const files = traces.filter((path) => path.endsWith('.json'))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(problemsIn('trace', read(join(trace, file)))).toEqual([])
    expect(problemsIn('ledger', read(join(ROOT, 'impl/naive-recv/ledger.json')))).toEqual([])
  })

  test('of compare, and of the bench in it', async () => {
    expect(await exitOf('compare', 'line', '--quick', '--out', folder)).toBe(EXIT.ok)
    const result = read(join(folder, 'report.json'))
    expect(problemsIn('compare', result)).toEqual([])
    expect(problemsIn('bench', result.bench)).toEqual([])
    expect(result.bench.cells.some((cell: { conformant: boolean }) => cell.conformant)).toBe(true)
  })

  test('of a gate without time for blocks, and the cells of one with', async () => {
    const json = join(folder, 'gate.json')
    const sides = ['--base', 'length-prefixed', '--head-exec', 'exit 3', '--framing', 'u32be']
    expect(await exitOf('gate', ...sides, '--budget', '1s', '--json', json)).toBe(EXIT.inconclusive)
    expect(problemsIn('gate', read(json))).toEqual([])
    expect(problemsIn('gate', EXAMPLE_GATE)).toEqual([])
  })

  test('that are damaged are told with the field', () => {
    const damaged = { ...EXAMPLE_GATE, verdict: 'passed', seconds: 3 }
    expect(problemsIn('gate', damaged)).toEqual([
      '/verdict must be equal to one of the allowed values',
    ])
    expect(problemsIn('baseline', { schema: 'framegate.baseline/1' })).toContain(
      " must have required property 'cells'",
    )
  })
})

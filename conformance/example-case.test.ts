/** The case in docs/write-a-case.md, taken out of the page and run: it passes, and it fails. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case } from './case.ts'
import { MESSAGE_BYTES_MAX } from './mutants/connection.ts'
import { CASES } from './registry.ts'
import { runAgainst, type SubjectUnderTest } from './testing.ts'

setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-example-'))
afterAll(() => rmSync(folder, { recursive: true }))

const page = readFileSync(join(import.meta.dir, '../docs/write-a-case.md'), 'utf8')
const MUTANT = 'forgets-behind-message'

/** As if it stood in conformance/cases/. */
async function exampleCases(): Promise<readonly Case[]> {
  const [, source = ''] = /```ts\n([^`]*)```/.exec(page) ?? []
  const path = join(folder, 'example.case.ts')
  const cases = join(import.meta.dir, 'cases')
  writeFileSync(
    path,
    source.replaceAll(/from '(\..*?)'/g, (_, file) => `from '${join(cases, file)}'`),
  )
  const { examples } = (await import(path)) as { examples: readonly Case[] }
  return examples
}

const subject = (spec: SubjectUnderTest['spec'], framing: string): SubjectUnderTest => ({
  ...{ spec, framing, messageBytesMax: MESSAGE_BYTES_MAX },
  ...{ ours: true, right: true },
})

const serve = join(import.meta.dir, 'mutants/serve.ts')
const command = `'${process.execPath}' '${serve}' {port} '${MUTANT}' {host}`
const wrong = subject({ kind: 'exec', command, readyPattern: null, transport: 'tcp' }, 'u32be')
const right = subject(
  {
    ...{ kind: 'implementation', serve: { name: 'length-prefixed', framing: 'u32be' } },
    transport: 'tcp',
  },
  'u32be',
)

test('the case of the page passes at a right server, and finds the mistake that it is for', async () => {
  const cases = await exampleCases()
  const outcomes = [await runAgainst(right, cases), await runAgainst(wrong, cases)]
  expect(outcomes.flat().map(({ outcome, symptom }) => [outcome, symptom])).toEqual([
    ['pass', null],
    ['fail', 'lost-messages'],
  ])
  expect(page).toContain(`\`${MUTANT}\``)
})

test('it is not of the suite, which has one of that kind already', () => {
  const ids = CASES.map(({ id }) => id)
  expect(ids).not.toContain('boundary/end-with-next-beginning')
  expect(ids).toContain('boundary/tail-and-half-header')
})

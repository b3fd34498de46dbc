/** The examples of docs/wire.md are run, and print what stands beneath them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')
const page = readFileSync(join(root, 'docs/wire.md'), 'utf8')
const fences = [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language,
  text: text!,
}))
const examples = fences.flatMap(({ language, text }, index) =>
  language === 'ts' ? [{ program: text, shown: fences[index + 1] }] : [],
)
/** A project that has the package installed. */
const project = mkdtempSync(join(tmpdir(), 'framegate-docs-'))

beforeAll(() => {
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules/framegate'))
  for (const [index, { program }] of examples.entries()) writeFileSync(pathOf(index), program)
})

afterAll(() => rmSync(project, { recursive: true }))

test('there are examples, and each is followed by what it prints', () => {
  expect(examples.length).toBeGreaterThan(4)
  for (const { shown } of examples) expect(shown?.language).toBe('text')
})

test.each(examples.map(({ shown }, index) => [index, shown!.text] as const))(
  'example %d prints that',
  async (index, shown) => {
    expect(await run(process.execPath, pathOf(index))).toBe(shown)
  },
)

test('the examples are right in their types, too', async () => {
  const bunTypes = join(root, 'node_modules/bun-types')
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: [bunTypes] },
    include: ['*.ts'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  expect(await run(process.execPath, compiler, '--noEmit', '-p', project)).toBe('')
})

function pathOf(index: number): string {
  return join(project, `example-${index}.ts`)
}

async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { cwd: project, stderr: 'pipe' })
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()])
  expect(errors).toBe('')
  return out
}

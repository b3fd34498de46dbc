/** The style of this repository, held by a test. The rules are in scripts/tidy/. */
import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { arrows } from './scripts/tidy/arrows.ts'
import { deadExports, deadFiles } from './scripts/tidy/dead.ts'
import { links, titles } from './scripts/tidy/markdown.ts'
import { type Rule, readRepository, repositoryOf } from './scripts/tidy/repository.ts'
import { describeViolations, RULES } from './scripts/tidy/rules.ts'
import { fileLength, functionLength, lineLength } from './scripts/tidy/sizes.ts'
import { translations } from './scripts/tidy/translations.ts'
import { constructs, words } from './scripts/tidy/words.ts'

const ROOT = import.meta.dir
const isCheckout = existsSync(join(ROOT, '.git'))

// Without git there is no telling which files belong to the repository.
describe.skipIf(!isCheckout)('this repository', () => {
  const repository = isCheckout ? readRepository(ROOT) : null

  test.each(RULES)('$says', async ({ rule }) => {
    const violations = rule((await repository)!)
    if (violations.length > 0) throw new Error(describeViolations(violations))
  })
})

/** What a rule says of files given as text by path. */
async function told(rule: Rule, files: Readonly<Record<string, string>>): Promise<string> {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }))
  return describeViolations(rule(await repositoryOf(texts)))
}

describe('imports', () => {
  test('a folder takes what its arrows allow, and tests a little more', async () => {
    const files = {
      'wire/line.ts': `import { x } from './framing.ts'\nimport { md5 } from 'node:crypto'`,
      'wire/line.test.ts': `import fc from 'fast-check'\nimport { test } from 'bun:test'`,
      'conformance/case.ts': `import type { Framing } from '../wire/framing.ts'`,
      'cli/main.ts': `import { run } from '../bench/run.ts'\nimport json from '../package.json'`,
    }
    expect(await told(arrows, files)).toBe('')
  })

  test('an arrow the wrong way is told with file, line and what is allowed', async () => {
    const files = { 'wire/line.ts': `\nimport { run } from '../bench/run.ts'` }
    const message =
      'wire/line.ts:2 wire/ must not import bench/run.ts. ' +
      'It may import: wire/. Move the code to where both may import it.'
    expect(await told(arrows, files)).toBe(message)
  })

  test.each([
    ['a codec in conformance', 'conformance/run.ts', `import { u } from '../wire/registry.ts'`],
    ['a re-export', 'wire/index.ts', `export * from '../impl/registry.ts'`],
    ['an import that waits', 'harness/a.ts', `const late = await import('../cli/main.ts')`],
    ['a file that is started', 'bench/a.ts', `new URL('../cli/main.ts', import.meta.url)`],
    ['a package', 'wire/line.ts', `import { program } from 'commander'`],
    ['a part of a package', 'impl/a.ts', `import { API } from 'typescript/unstable/async'`],
    ['a file of another kind', 'wire/a.ts', `import json from '../package.json'`],
    ['support of tests', 'wire/line.ts', `import { SEED } from './testing.ts'`],
  ])('%s is seen', async (_, path, text) => {
    expect(await told(arrows, { [path]: text })).toStartWith(`${path}:1 `)
  })

  test('an import in a string or a comment is none', async () => {
    const text = `// import { x } from '../cli/x.ts'\nexport const s = "import '../cli/x.ts'"`
    expect(await told(arrows, { 'wire/a.ts': text })).toBe('')
  })

  test('where types are allowed, types alone are', async () => {
    const from = `from '../bench/result.ts'`
    const typed = { 'reports/a.ts': `import type { A } ${from}\nimport { type B } ${from}` }
    expect(await told(arrows, typed)).toBe('')
    const mixed = { 'reports/a.ts': `import { SCHEMA, type B } ${from}` }
    expect(await told(arrows, mixed)).toContain('write `import type`')
  })
})

describe('dead code', () => {
  test('a file is in use when a program reaches it, over steps and by starting it', async () => {
    const files = {
      'cli/main.ts': `import './a.ts'`,
      'cli/a.ts': `export * from './b.ts'\nnew URL('./c.ts', import.meta.url)`,
      'cli/b.ts': '',
      'cli/c.ts': '',
      'cli/a.test.ts': `import '../wire/testing.ts'`,
      'wire/testing.ts': '',
    }
    expect(await told(deadFiles, files)).toBe('')
  })

  test('a file that nobody imports is dead, and so is one that only tests import', async () => {
    const files = {
      'wire/dead.ts': `import './ring.ts'`,
      'wire/ring.ts': `import './dead.ts'`,
      'wire/tested.ts': '',
      'wire/tested.test.ts': `import './tested.ts'`,
    }
    expect(await told(deadFiles, files)).toBe(
      'wire/dead.ts:1 Nothing imports this file: delete it, or register it.\n' +
        'wire/ring.ts:1 Nothing imports this file: delete it, or register it.\n' +
        'wire/tested.ts:1 Only tests import this file: delete it with them, or name it testing.ts.',
    )
  })

  test('an export is in use when code takes it, or tests take what its file uses', async () => {
    const files = {
      'cli/main.ts': `import { a, type T } from './a.ts'\nimport * as b from './b.ts'`,
      'cli/a.ts': `export const a = () => half(1)\nexport function half() {}\nexport type T = 1`,
      'cli/b.ts': 'export const anything = 1\nexport interface Inner {}\nlet x: Inner',
      'cli/a.test.ts': `import { half } from './a.ts'`,
      'wire/index.ts': 'export const forEverybody = 1',
    }
    expect(await told(deadExports, files)).toBe('')
  })

  test('three kinds of dead exports, each with its own advice', async () => {
    const files = {
      'cli/main.ts': `import { a } from './a.ts'`,
      'cli/a.ts': 'export const a = 1\nexport const b = 1, c = b\nexport class Tested {}',
      'cli/a.test.ts': `import { Tested } from './a.ts'`,
    }
    expect(await told(deadExports, files)).toBe(
      'cli/a.ts:2 Only this file uses `b`: drop the `export`.\n' +
        'cli/a.ts:2 Nothing uses `c`: delete it.\n' +
        'cli/a.ts:3 Only tests use `Tested`: delete it with them, or move it to a testing.ts.',
    )
  })
})

describe('sizes', () => {
  test('100 columns pass and 101 do not, counted in characters', async () => {
    const line = (columns: number) => `// ${'ü'.repeat(columns - 3)}`
    expect(await told(lineLength, { 'wire/a.ts': line(100) })).toBe('')
    const text = `\n${line(101)}`
    const message = 'wire/a.ts:2 101 columns: break the line, 100 are the most.'
    expect(await told(lineLength, { 'wire/a.ts': text })).toBe(message)
  })

  test('addresses, rows of tables and what a program wrote cannot be broken', async () => {
    const long = 'x'.repeat(101)
    const files = {
      'a.md': `| ${long} |\n<https://example.org/${long}>`,
      'reports/testdata/a.golden.md': long,
      'wire/vectors/a.json': long,
    }
    expect(await told(lineLength, files)).toBe('')
  })

  test('70 lines of a function pass and 71 do not; a group of tests is no function', async () => {
    const body = (lines: number) => `{${'\n'.repeat(lines - 1)}}`
    const rest = { b: `const b = () => ${body(71)}`, c: `describe('c', () => ${body(90)})` }
    const method = `class A { m() ${body(71)} }`
    const files = { 'a.ts': `function a() ${body(70)}`, 'b.ts': rest.b, 'c.ts': rest.c }
    expect(await told(functionLength, { ...files, 'd.ts': method })).toBe(
      'b.ts:1 b has 71 lines: take a part out, 70 are the most.\n' +
        'd.ts:1 m has 71 lines: take a part out, 70 are the most.',
    )
  })

  test('300 lines of a file pass, 301 do not; a test may have 500', async () => {
    const files = {
      'a.ts': '\n'.repeat(300),
      'b.ts': '\n'.repeat(301),
      'c.test.ts': '\n'.repeat(500),
    }
    const message = 'b.ts:301 301 lines: make two files of it, 300 are the most.'
    expect(await told(fileLength, files)).toBe(message)
  })
})

describe('what must not be written', () => {
  test.each([
    ['any', 'let x: any', '`unknown`'],
    ['any deep inside', 'const f = (x: Map<string, any[]>) => x', '`unknown`'],
    ['one test alone', `test.only('x', () => {})`, '`.only`'],
    ['one group alone', `describe.only.each([1])('x', () => {})`, '`.only`'],
    ['a sleep', 'await Bun.sleep(5)', '`until`'],
    ['a timer as a sleep', 'await new Promise((done) => setTimeout(done, 5))', '`until`'],
  ])('%s is seen', async (_, text, advice) => {
    expect(await told(constructs, { 'a.ts': text })).toContain(`a.ts:1 `)
    expect(await told(constructs, { 'a.ts': text })).toContain(advice)
  })

  test.each([
    ['the word in a string', `const s = 'any'`],
    ['the method of something else', 'list.only(1)'],
    ['a deadline', 'const timer = setTimeout(() => call.off(), 5)'],
  ])('%s is none of it', async (_, text) => {
    expect(await told(constructs, { 'a.ts': text })).toBe('')
  })

  test('a place that may sleep and does not is told to be taken off the list', async () => {
    expect(await told(constructs, { 'harness/clock.ts': 'Bun.sleep(1)' })).toBe('')
    expect(await told(constructs, { 'harness/clock.ts': '' })).toContain('remove it from MAY_SLEEP')
  })

  // Put together here, so that this file does not contain what it forbids.
  test.each([
    [`// ${'FIX'}ME later`, 'A note to oneself'],
    [['cd ', 'root', 'x'].join('/'), 'A path of one machine'],
    [['see ', 'home', 'ann', 'x'].join('/'), 'A path of one machine'],
    [['https:', '', 'registry.example.org'].join('/'), 'The address of a package registry'],
  ])('%s is seen', async (text, message) => {
    expect(await told(words, { 'a.md': text })).toContain(`a.md:1 ${message}`)
  })

  test('paths inside the repository and of every system are fine', async () => {
    const text = 'examples/work/x, /tmp/x, /proc/self/fd, ./root/x, unix:/run/x'
    expect(await told(words, { 'a.md': text })).toBe('')
  })
})

describe('documents', () => {
  test('one title passes; what is in a fence is no title', async () => {
    expect(await told(titles, { 'a.md': '# A\n\n```sh\n# a comment\n```\n' })).toBe('')
    expect(await told(titles, { 'a.md': '## A' })).toContain('a.md:1 No title')
    expect(await told(titles, { 'a.md': '# A\n\n# B' })).toContain('a.md:3 A second title')
  })

  test('links to files and folders are followed from where they stand', async () => {
    const files = {
      'docs/a.md': '# A\n[b](../b.md#part) [c](../wire) [web](https://example.org) [here](#a)',
      'b.md': '# B',
      'wire/SPEC.md': '# Spec',
    }
    expect(await told(links, files)).toBe('')
    const lost = { 'a.md': '# A\n<img src="x.svg"> [c](c.md)' }
    expect(await told(links, lost)).toBe(
      'a.md:2 The link to x.svg leads nowhere: there is no x.svg.\n' +
        'a.md:2 The link to c.md leads nowhere: there is no c.md.',
    )
  })

  test('a translation has the commands and links of the README, and its own words', async () => {
    const fence = (...lines: string[]) => ['```sh', ...lines, '```'].join('\n')
    const english = `# A\n[b](b.md) [x](README.xx.md)\n${fence('npm ci # now', 'npm x  # exits 1')}`
    const readme = { 'README.md': english }
    const right = `# Ä\n[β](b.md) [A](README.md)\n${fence('npm ci   # jetzt', 'npm x  # exits 1')}`
    expect(await told(translations, { ...readme, 'README.xx.md': right })).toBe('')
    const wrong = `# Ä\n[β](c.md)\n${fence('npm ci', 'npm x')}`
    expect(await told(translations, { ...readme, 'README.xx.md': wrong })).toBe(
      [
        'README.md has a command that is missing here: npm x  # exits 1',
        'A command that README.md does not have: npm x',
        'README.md has a link that is missing here: b.md',
        'A link that README.md does not have: c.md',
      ]
        .map((message) => `README.xx.md:1 ${message}`)
        .join('\n'),
    )
  })
})

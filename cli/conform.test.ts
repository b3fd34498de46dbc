/** `framegate conform`: its files, its ledgers, its progress. Other programs rely on the names. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CaseResult, ConformResult } from '../conformance/result.ts'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
/** A path of its own, in a folder that does not exist yet. */
const newPath = (name: string): string => join(folder, String(++files), name)

const casesOf = (ids: readonly string[]): string[] => ids.flatMap((id) => ['--case', id])

async function conform(names: readonly string[], ids: readonly string[], ...more: string[]) {
  const path = newPath('result.json')
  const ended = await framegate('conform', ...names, ...casesOf(ids), '--json', path, ...more)
  return { ...ended, result: JSON.parse(readFileSync(path, 'utf8')) as ConformResult }
}

const MERGE = 'boundary/two-frames-one-write'
const ONE = 'boundary/one-frame'

describe.concurrent('the JSON file', () => {
  test('has the fields that other programs rely on', async () => {
    const { code, result } = await conform(['length-prefixed'], [ONE, 'netstring/space'])
    expect(code).toBe(EXIT.ok)
    expect(Object.keys(result).sort()).toEqual(['environment', 'partial', 'runs', 'schema'])
    expect(result).toMatchObject({ schema: 'framegate.conform/1', partial: false })
    expect(result.environment).toMatchObject({ bun: Bun.version, seed: 1 })
    expect(result.runs.length).toBe(1)
    const run = result.runs[0]!
    expect(run.subject).toEqual({
      name: 'length-prefixed',
      framing: 'i32le',
      service: 'echo',
      maxFrame: 16_777_216,
      transport: 'tcp',
    })
    expect(run.summary).toEqual({
      passed: 1,
      failed: 0,
      warned: 0,
      skipped: 1,
      inconclusive: 0,
      expectedFailures: 0,
      unexpectedPasses: 0,
    })
    const passed = run.cases.find(({ id }) => id === ONE)!
    expect(passed).toEqual({
      id: ONE,
      level: 'must',
      outcome: 'pass',
      close: {
        by: expect.stringMatching(/^(subject|harness|nobody)$/),
        how: 'fin',
        unreadBytes: null,
      },
      resources: 'ok',
      expected: true,
      symptom: null,
      detail: '',
      clauses: ['ALL-2'],
      seed: expect.any(Number),
      durationMs: expect.any(Number),
      repro: `framegate conform length-prefixed --framing 'i32le' --case '${ONE}' --seed 1`,
      schedule: expect.stringMatching(/^(proven|timed|none)$/),
    } as unknown as CaseResult)
    expect(run.cases.find(({ id }) => id === 'netstring/space')!.outcome).toBe('unsupported')
  })

  test('is whole or not there: nothing is left beside it', async () => {
    const path = newPath('result.json')
    await framegate('conform', 'length-prefixed', '--case', ONE, '--json', path)
    expect(readdirSync(join(path, '..'))).toEqual(['result.json'])
  })

  test('is the same for the same seed, and another seed makes other choices', async () => {
    const [first, again, other] = await Promise.all(
      ['7', '7', '8'].map((seed) => conform(['length-prefixed'], [ONE], '--seed', seed)),
    )
    const seedOf = ({ result }: typeof first & object) => result.runs[0]!.cases[0]!.seed
    expect(seedOf(first!)).toBe(seedOf(again!))
    expect(seedOf(first!)).not.toBe(seedOf(other!))
    expect(first!.result.runs[0]!.cases[0]!.repro).toEndWith('--seed 7')
  })
})

describe.concurrent('what was seen', () => {
  test('one recv taken for one message: merged', async () => {
    const { code, result } = await conform(['naive-recv'], [MERGE])
    expect(code).toBe(EXIT.ok)
    const [seen] = result.runs[0]!.cases
    expect(seen).toMatchObject({ outcome: 'fail', symptom: 'merged', expected: true })
    expect(seen!.detail).toContain('2 messages stuck together')
    expect(result.runs[0]!.summary).toMatchObject({ failed: 0, expectedFailures: 1 })
  })

  test('short writes ignored: lost-bytes, with how many', async () => {
    const { result } = await conform(['length-prefixed-send'], ['sending/slow-reader-32mib'])
    const [seen] = result.runs[0]!.cases
    expect(seen).toMatchObject({ outcome: 'fail', symptom: 'lost-bytes', expected: true })
    const missing = /\(([\d,]+) bytes missing\)/.exec(seen!.detail)?.[1]?.replaceAll(',', '')
    expect(Number(missing)).toBeGreaterThan(1_000_000)
  })

  test('the command that repeats a case names all that matters', async () => {
    const more = ['--service', 'upper', '--max-frame', '1MiB', '--framing', 'u32be']
    const { result } = await conform(['length-prefixed'], [ONE], ...more)
    const { repro } = result.runs[0]!.cases[0]!
    expect(repro).toContain('--service upper')
    expect(repro).toContain('--max-frame 1048576')
    const again = await framegate(...repro.replaceAll("'", '').split(' ').slice(1))
    expect({ code: again.code, out: again.out }).toEqual({
      code: EXIT.ok,
      out: 'length-prefixed (u32be): 1 passed\nAll as expected.\n',
    })
  })
})

/** Every element that is opened is closed, in order; nothing is left unescaped. */
function elementsOf(xml: string): string[] {
  const open: string[] = []
  const names: string[] = []
  const outside = xml.replace(/^<\?xml [^>]*\?>/, '')
  const tags = /<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g
  const text = outside.replace(tags, (_, closing: string, name: string, __, empty: string) => {
    if (closing) expect(open.pop()).toBe(name)
    else {
      names.push(name)
      if (!empty) open.push(name)
    }
    return ''
  })
  expect(open).toEqual([])
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#10|#13|#9);)/)
  return names
}

describe.concurrent('other files', () => {
  test('JUnit is well-formed and counts as the summary does; Markdown tells the same', async () => {
    const [junit, md] = [newPath('a.xml'), newPath('a.md')]
    // Without its ledger the failure counts, with text in it that XML has to escape.
    const ledger = newPath('ledger.json')
    await Bun.write(ledger, JSON.stringify({ schema: 'framegate.ledger/1', entries: [] }))
    const more = ['--junit', junit, '--md', md, '--ledger', ledger, '--name', 'a<b>&"c"']
    const cases = [MERGE, ONE, 'netstring/space']
    const { code, result } = await conform(['naive-recv'], cases, ...more)
    expect(code).toBe(EXIT.failed)
    expect(result.runs[0]!.summary).toMatchObject({ passed: 1, failed: 1, skipped: 1 })
    const xml = readFileSync(junit, 'utf8')
    const names = elementsOf(xml)
    expect(names.filter((name) => name === 'testcase').length).toBe(3)
    expect(names.filter((name) => name === 'failure').length).toBe(1)
    expect(xml).toContain('<testsuites name="framegate" tests="3" failures="1" errors="0"')
    const text = readFileSync(md, 'utf8')
    expect(text).toStartWith('# Conformance\n')
    expect(text).toContain(MERGE)
    expect(text).toContain('**merged**')
  })
})

describe.concurrent('ledgers', () => {
  const write = (content: unknown): string => {
    const path = join(folder, `ledger-${++files}.json`)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const entry = { case: ONE, symptom: 'merged', reason: 'for this test' }
  const schema = 'framegate.ledger/1'

  test.each([
    ['no JSON', '{', /is no JSON/],
    ['another schema', { schema: 'framegate.ledger/9', entries: [] }, /is wrong at schema/],
    ['no reason', { schema, entries: [{ ...entry, reason: '' }] }, /wrong at entries\.0\.reason/],
    ['a typo', { schema, entries: [{ ...entry, mayPas: true }] }, /wrong at entries\.0\.mayPas/],
    ['a date', { schema, entries: [entry, { ...entry, expires: 'soon' }] }, /entries\.1\.expires/],
  ])('%s: 2, and the field is named', async (_, content, message) => {
    const path = write(content)
    const args = ['conform', 'length-prefixed', '--case', ONE, '--ledger', path]
    const { code, out, err } = await framegate(...args)
    expect({ code, out, err }).toEqual({ code: EXIT.usage, out: '', err })
    expect(err).toContain(path)
    expect(err).toMatch(message)
  })

  test('one that is not there: 2', async () => {
    const path = newPath('none.json')
    const { code, err } = await framegate('conform', 'length-prefixed', '--ledger', path)
    expect({ code, err }).toEqual({ code: EXIT.usage, err })
    expect(err).toContain(`The ledger ${path} cannot be read`)
  })

  test('a listed case that passes: 1, told as such', async () => {
    const path = write({ schema, entries: [entry] })
    const ended = await conform(['length-prefixed'], [ONE], '--ledger', path)
    expect(ended.code).toBe(EXIT.failed)
    expect(ended.result.runs[0]!.summary).toMatchObject({ passed: 0, unexpectedPasses: 1 })
    expect(ended.out).toContain('1 passed against the ledger')
    expect(ended.out).toContain(`PASSED, BUT THE LEDGER LISTS IT ${ONE}`)
  })

  test('a listed case that fails otherwise: 1', async () => {
    const path = write({ schema, entries: [{ ...entry, case: MERGE, symptom: 'crashed' }] })
    const ended = await conform(['naive-recv'], [MERGE], '--ledger', path)
    expect(ended.code).toBe(EXIT.failed)
    expect(ended.result.runs[0]!.cases[0]).toMatchObject({ symptom: 'merged', expected: false })
  })

  test('an entry that expired: 1, with the day', async () => {
    const old = { ...entry, case: MERGE, expires: '2020-01-01' }
    const ended = await conform(
      ['naive-recv'],
      [MERGE],
      '--ledger',
      write({ schema, entries: [old] }),
    )
    expect(ended.code).toBe(EXIT.failed)
    expect(ended.out).toContain('expired on 2020-01-01')
  })
})

test('--bail stops at the first unexpected outcome, and not at an expected failure', async () => {
  const ids = [ONE, MERGE, 'boundary/every-byte-apart', 'boundary/last-byte-apart']
  const all = await conform(['naive-recv'], ids, '--bail')
  expect(all.code).toBe(EXIT.ok)
  expect(all.result.runs[0]!.cases.length).toBe(4)
  const ledger = newPath('ledger.json')
  await Bun.write(ledger, JSON.stringify({ schema: 'framegate.ledger/1', entries: [] }))
  const some = await conform(['naive-recv', 'json-header'], ids, '--bail', '--ledger', ledger)
  expect(some.code).toBe(EXIT.failed)
  expect(some.result.runs.map(({ cases }) => cases.map(({ id }) => id))).toEqual([[ONE, MERGE]])
})

describe.concurrent('progress and colour', () => {
  const args = ['conform', 'length-prefixed', '--case', ONE, '--case', MERGE]
  const ESCAPE = '\u001b'

  test('where there is no terminal: plain lines on stderr, results alone on stdout', async () => {
    const { out, err } = await framegate(...args)
    expect(out).toBe('length-prefixed (i32le): 2 passed\nAll as expected.\n')
    expect(err).toMatch(/^seed 1\nconformance: 2 steps\n(conformance: \d\/2, .*\n)+$/)
    expect(err).toContain('conformance: 2/2, done (length-prefixed ')
    expect(`${out}${err}`).not.toContain(ESCAPE)
    expect(err).not.toContain('\r')
  })

  test('--quiet prints none, before the command or behind it', async () => {
    for (const quiet of [
      ['--quiet', ...args],
      [...args, '--quiet'],
    ]) {
      const { code, out, err } = await framegate(...quiet)
      expect({ code, err }).toEqual({ code: EXIT.ok, err: '' })
      expect(out).toBe('length-prefixed (i32le): 2 passed\nAll as expected.\n')
    }
  })

  test('--quiet does not silence what went wrong', async () => {
    const { code, err } = await framegate('--quiet', 'conform', 'nobody')
    expect(code).toBe(EXIT.usage)
    expect(err).toContain('no implementation "nobody"')
  })

  // util-linux's script(1) gives a program a terminal; elsewhere its options are others.
  const isMissing = process.platform !== 'linux' || Bun.which('script') === null
  const why = isMissing ? ' (skipped: script(1) of util-linux is needed)' : ''
  test.skipIf(isMissing)(`on a terminal: a bar, and colours unless refused${why}`, async () => {
    const onTerminal = async (env: Record<string, string>, ...more: string[]) => {
      const words = [process.execPath, 'cli/main.ts', ...args, ...more]
      const command = words.map((word) => `'${word}'`).join(' ')
      const { CI: _, NO_COLOR: __, ...rest } = process.env
      const child = Bun.spawn(['script', '-qec', command, '/dev/null'], {
        cwd: ROOT,
        env: { ...rest, TERM: 'xterm', ...env },
        stdout: 'pipe',
      })
      return await child.stdout.text()
    }
    const BOLD = `${ESCAPE}[1mlength-prefixed`
    expect(await onTerminal({})).toContain(BOLD)
    expect(await onTerminal({})).toContain('\u2588')
    expect(await onTerminal({ NO_COLOR: '1' })).not.toContain(BOLD)
    expect(await onTerminal({}, '--no-color')).not.toContain(BOLD)
    // A log of CI is no terminal, even where it plays one.
    expect(await onTerminal({ CI: 'true' })).not.toContain('\u2588')
  })
})

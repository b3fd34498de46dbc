/** A comparison run in parts, as on several machines, and merged: the same as in one go. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CompareResult } from '../reports/report.ts'
import type { CompareShard } from './compare-shard.ts'
import { EXIT } from './exit-codes.ts'
import { writeJson } from './files.ts'
import { framegate } from './testing.ts'

// Every test starts processes.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => join(folder, name)
const json = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T

/** One of them is wrong by design: its cells are struck out, and its trace is kept. */
const SUBJECTS = ['naive-recv', 'length-prefixed']
const compare = (...args: string[]) => framegate('compare', ...SUBJECTS, '--quick', ...args)
const merge = (names: readonly string[], ...args: string[]) =>
  framegate('merge', ...names.map(file), ...args)
const TWO = ['shard-1-of-2.json', 'shard-2-of-2.json']

beforeAll(async () => {
  for (const index of [1, 2]) {
    const ended = await compare('--shard', `${index}/2`, '--out', folder)
    expect({ ...ended, out: '' }).toEqual({ code: EXIT.ok, out: '', err: ended.err })
  }
})

const setOf = ({ subjects, conform, bench }: CompareResult) => ({
  subjects,
  cases: conform.runs.map(({ subject, cases }) => [
    subject,
    cases.map(({ id, outcome, symptom, seed }) => [id, outcome, symptom, seed]),
  ]),
  cells: bench.cells.map(({ subject, framing, scenario, parameters, conformant, launches }) => [
    [subject, framing, scenario, parameters, conformant],
    launches.length,
  ]),
})

test('merged is the unsharded set of cases and cells, with every histogram as it was', async () => {
  const whole = await compare('--out', file('whole'))
  expect({ code: whole.code, err: whole.err }).toEqual({ code: EXIT.ok, err: whole.err })
  // In which order the files are named is all the same.
  const merged = await merge(TWO.toReversed(), '--out', file('merged'))
  expect(merged).toEqual({ code: EXIT.ok, out: merged.out, err: '' })
  expect(merged.out).toMatch(/^report: .*report\.md$/m)
  expect(readdirSync(file('merged'))).toEqual(readdirSync(file('whole')))
  const result = json<CompareResult>('merged/report.json')
  expect(setOf(result)).toEqual(setOf(json<CompareResult>('whole/report.json')))
  const parts = TWO.map((name) => json<CompareShard>(name).result)
  const histograms = parts.flatMap(({ bench }) => bench.cells.map(({ histogram }) => histogram))
  const found = result.bench.cells.map(({ histogram }) => histogram)
  expect(found.toSorted()).toEqual(histograms.toSorted())
  expect(found.filter((one) => one !== null)).not.toEqual([])
  const page = readFileSync(file('merged/report.html'), 'utf8')
  expect(page).toContain('data-trace="0 boundary/two-frames-one-write"')
})

/** A shard as another run would have written it. */
function changed(
  name: string,
  change: (shard: CompareShard) => void,
  of: string = TWO[1]!,
): string {
  const shard = json<CompareShard>(of)
  change(shard)
  writeJson(file(name), shard)
  return name
}

/** Of two subjects the first two shards of three are what they are of two. */
const firstOfThree = (): string[] =>
  TWO.map((name, at) =>
    changed(`shard-${at + 1}-of-3.json`, ({ shard }) => (shard.count = 3), name),
  )

test('more shards than subjects: the last says that nothing ran, and is merged all the same', async () => {
  const { code, err } = await compare('--shard', '3/3', '--out', folder)
  expect({ code, err }).toEqual({ code: EXIT.nothingRan, err })
  expect(err).toContain('comparing nothing: there are only 2 subjects')
  const names = [...firstOfThree(), 'shard-3-of-3.json']
  expect((await merge(names, '--out', file('of-three'))).code).toBe(EXIT.ok)
  const { subjects } = json<CompareResult>('of-three/report.json')
  expect(subjects.map(({ name }) => name)).toEqual(SUBJECTS)
})

const [ONE, OTHER] = TWO as [string, string]
test.each<[string, () => string[], RegExp]>([
  ['one left out', () => [OTHER], /Shard 1\/2 is missing/],
  ['one doubled', () => [ONE, OTHER, OTHER], /Shard 2\/2 is there 2 times/],
  [
    'another commit',
    () => [ONE, changed('commit.json', ({ shard }) => (shard.plan.commit = 'abc'))],
    /of different commits: shard 1\/2 has .*; shard 2\/2 has abc\./,
  ],
  [
    'another suite',
    () => [ONE, changed('suite.json', ({ shard }) => (shard.plan.suite = 'abc'))],
    /of different cases or ledgers/,
  ],
  [
    'other launches',
    () => [ONE, changed('bench.json', ({ shard }) => (shard.plan.bench = 'abc'))],
    /of different workloads or launches/,
  ],
  [
    'another count',
    () => [ONE, changed('count.json', ({ shard }) => (shard.count = 4))],
    /shard 1\/2 does not go with shard 2\/4/,
  ],
  [
    'interrupted',
    () => [ONE, changed('partial.json', ({ result }) => (result.partial = true))],
    /Shard 2\/2 was interrupted: run it again/,
  ],
])('%s: exit 5 with the reason, and no report', async (_, files, reason) => {
  const { code, err } = await merge(files(), '--out', file('none'))
  expect({ code, err }).toEqual({ code: EXIT.shards, err })
  expect(err).toMatch(reason)
  expect(readdirSync(folder)).not.toContain('none')
})

test('really run with another seed, or of other subjects: exit 5', async () => {
  await compare('--shard', '3/3', '--seed', '7', '--out', file('seed'))
  const seeds = await merge([...firstOfThree(), 'seed/shard-3-of-3.json'])
  expect(seeds.err).toContain('of different seeds: shard 1/3 has 1; shard 3/3 has 7.')
  const more = ['--quick', '--shard', '3/3', '--out', file('others')]
  await framegate('compare', 'naive-recv', 'line', ...more)
  const others = await merge([...firstOfThree(), 'others/shard-3-of-3.json'])
  expect(others.err).toContain('of different subjects: shard 1/3 has naive-recv')
  expect([seeds.code, others.code]).toEqual([EXIT.shards, EXIT.shards])
})

test('figures of another machine say so', async () => {
  const elsewhere = changed('elsewhere.json', ({ result }) => {
    result.bench.environment.cpuModel = 'another CPU'
  })
  expect((await merge([ONE, elsewhere], '--out', file('two-machines'))).code).toBe(EXIT.ok)
  const { bench } = json<CompareResult>('two-machines/report.json')
  const measured = bench.cells.filter(({ conformant }) => conformant)
  const warned = measured.filter(({ warnings }) => warnings.some((one) => /another CPU/.test(one)))
  expect(warned.length).toBeGreaterThan(0)
  expect(new Set(warned.map(({ subject }) => subject))).toEqual(new Set(['length-prefixed']))
})

test('a shard is no report, and --json is for shards of conform', async () => {
  const report = await framegate('report', file(ONE))
  expect(report.code).toBe(EXIT.usage)
  expect(report.err).toContain('is one shard of a comparison: join them with framegate merge.')
  const merged = await merge(TWO, '--json', file('whole.json'))
  expect(merged.code).toBe(EXIT.usage)
  expect(merged.err).toContain('--json is not for shards of compare: leave it out.')
})

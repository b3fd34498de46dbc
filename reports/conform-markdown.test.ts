import { expect, test } from 'bun:test'
import { renderConformMarkdown } from './conform-markdown.ts'
import { conformVerdict } from './conform-verdict.ts'
import { awkwardCompareResult } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

const example = () => exampleCompareResult().conform

test('the examples read as they always have', () => {
  expectGolden('conform.golden.md', renderConformMarkdown(example()))
  expectGolden('conform-awkward.golden.md', renderConformMarkdown(awkwardCompareResult().conform))
})

test('the verdict is the worst of the runs', () => {
  const conform = example()
  const [first, ...others] = conform.runs
  const withFirst = (changes: Partial<typeof first & object>) =>
    conformVerdict({ ...conform, runs: [{ ...first!, ...changes }, ...others] })
  const changed = (
    outcome: 'inconclusive' | 'harness-error' | 'fail' | 'pass',
    expected: boolean,
  ) => withFirst({ cases: first!.cases.map((one) => ({ ...one, outcome, expected })) })
  expect(conformVerdict(conform)).toBe('as-expected')
  expect(conformVerdict({ ...conform, runs: [] })).toBe('nothing-ran')
  expect(withFirst({ cases: [] })).toBe('nothing-ran')
  expect(withFirst({ problems: ['an entry matched nothing'] })).toBe('not-conformant')
  expect(changed('inconclusive', false)).toBe('inconclusive')
  expect(changed('harness-error', false)).toBe('inconclusive')
  expect(changed('fail', true)).toBe('as-expected')
  expect(changed('fail', false)).toBe('not-conformant')
  expect(changed('pass', false)).toBe('not-conformant')
})

test('a run without surprises is short', () => {
  const conform = example()
  const runs = conform.runs.filter(({ subject }) => subject.framing === 'u8')
  const markdown = renderConformMarkdown({ ...conform, runs })
  expect(markdown).toContain('✅ **As expected.** 31 cases in 1 run, 31 passed.')
  expect(markdown).not.toContain('## Not as expected')
  expect(markdown.split('\n').length).toBeLessThan(40)
})

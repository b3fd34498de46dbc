import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { renderJunit } from './junit.ts'
import { awkwardCompareResult, HOSTILE_TEXT } from './testdata/awkward-result.ts'
import { exampleCompareResult } from './testdata/example-result.ts'
import { expectGolden } from './testdata/golden.ts'

const conformOf = () => exampleCompareResult().conform

const countOf = (xml: string, needle: string) => xml.split(needle).length - 1

/** Attributes of the first element of that name. */
const attributesOf = (xml: string, element: string): Record<string, string> => {
  const [, written] = new RegExp(`<${element}(?=[ >])((?: [a-z]+="[^"]*")*)`).exec(xml)!
  return Object.fromEntries(
    [...written!.matchAll(/ ([a-z]+)="([^"]*)"/g)].map((m) => [m[1]!, m[2]!]),
  )
}

/** Elements are closed in the order in which they were opened. */
const isWellFormed = (xml: string): boolean => {
  const open: string[] = []
  const withoutTags = xml.replace(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<>]*")*)(\/?)>/g, (...match) => {
    const [, closes, name, , isEmpty] = match as [string, string, string, string, string]
    if (closes !== '' && open.pop() !== name) open.push('torn')
    if (closes === '' && isEmpty === '') open.push(name)
    return ''
  })
  const text = withoutTags.replace('<?xml version="1.0" encoding="UTF-8"?>', '')
  return open.length === 0 && !/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)
}

test('a run of surprises reads as it always has', () => {
  const { conform } = awkwardCompareResult()
  const shown = ['naive-recv', 'json-header']
  const runs = conform.runs.filter(({ subject }) => shown.includes(subject.name)).slice(0, 2)
  expectGolden('junit.golden.xml', renderJunit({ ...conform, runs }))
})

test('all as expected is green, with known failures as notes', () => {
  const xml = renderJunit(conformOf())
  expect(attributesOf(xml, 'testsuites')).toMatchObject({ failures: '0', errors: '0' })
  expect(countOf(xml, '<testsuite ')).toBe(11)
  expect(xml).toContain('Known failure (merged), in its ledger')
})

test('each surprise ends as JUnit says it', () => {
  const { conform } = awkwardCompareResult()
  const runs = conform.runs.filter(({ subject }) => subject.framing === 'json-header').slice(0, 1)
  const xml = renderJunit({ ...conform, partial: false, runs })
  expect(attributesOf(xml, 'testsuite')).toMatchObject({
    tests: '31',
    failures: '3',
    errors: '1',
    skipped: '1',
  })
  for (const type of ['corrupted', 'hung', 'crashed'])
    expect(xml).toContain(`<failure type="${type}"`)
  expect(xml).toContain('<error type="harness-error"')
  expect(xml).toContain('<skipped message="inconclusive: The split did not happen."')
  expect(xml).toContain('Tolerated (busy)')
})

test('an unexpected pass and a problem of the ledger fail', () => {
  const { conform } = awkwardCompareResult()
  const xml = renderJunit({ ...conform, partial: false, runs: conform.runs.slice(0, 1) })
  expect(xml).toContain('<failure type="unexpected-pass"')
  expect(xml).toContain('<failure type="problem" message="no case matches `a|b*`"')
  expect(attributesOf(xml, 'testsuite')).toMatchObject({ tests: '32', failures: '2' })
})

test('a result without cases or without its end is never green', () => {
  const conform = conformOf()
  expect(renderJunit({ ...conform, runs: [] })).toContain('<error type="nothing-ran"')
  const interrupted = renderJunit({ ...conform, partial: true })
  expect(attributesOf(interrupted, 'testsuites')).toMatchObject({ errors: '1' })
})

test('whatever a server sent, the document is well-formed', () => {
  const conform = conformOf()
  const [run] = conform.runs
  const withDetail = (detail: string) => {
    const cases = run!.cases.map((one) => ({ ...one, detail, repro: detail, expected: false }))
    return renderJunit({ ...conform, runs: [{ ...run!, cases: cases.slice(0, 3) }] })
  }
  expect(isWellFormed(withDetail(HOSTILE_TEXT))).toBeTrue()
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (detail) => {
      const xml = withDetail(detail)
      expect(isWellFormed(xml)).toBeTrue()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot carry them
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/)
      expect(xml.isWellFormed()).toBeTrue()
    }),
    { numRuns: 200 },
  )
})

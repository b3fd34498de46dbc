/**
 * A conformance result as JUnit XML, which nearly every CI service reads.
 *
 * A suite a run, a test a case. What the ledger foresaw passes, with a note; what it did not fails.
 * A case that proved nothing is skipped, never passed. A result in which nothing ran, or which was
 * interrupted, carries an error of its own, so that no service takes it for green.
 */
import type { CaseResult, ConformResult, ConformRun } from '../conformance/result.ts'
import { categoryOf, MARKS, markOf } from './case-mark.ts'
import { plural } from './units.ts'
import { content, element } from './xml.ts'

/** How a test ended, in JUnit's words, with the element that says so. */
interface TestCase {
  readonly end: 'passed' | 'failure' | 'error' | 'skipped'
  readonly xml: string
}

const seconds = (durationMs: number): string => (durationMs / 1000).toFixed(3)

const firstLine = (raw: string): string => raw.split('\n', 1)[0]!

/** Detail and the command that repeats it. */
const evidence = ({ detail, repro }: CaseResult): string =>
  content([detail, repro === '' ? '' : `Run it again: ${repro}`].filter(Boolean).join('\n'))

const note = (raw: string): string => `<system-out>${content(raw)}</system-out>`

const endOf = (result: CaseResult): { end: TestCase['end']; body: string } => {
  const mark = markOf(result)
  const { symptom, outcome, detail } = result
  const type = symptom ?? outcome
  const message = firstLine(detail) || MARKS[mark].meaning
  switch (mark) {
    case 'pass':
      return { end: 'passed', body: detail === '' ? '' : note(detail) }
    case 'lenient':
      return { end: 'passed', body: note(`Tolerated (${type}): ${detail}`) }
    case 'known':
      return { end: 'passed', body: note(`Known failure (${type}), in its ledger: ${detail}`) }
    case 'failure':
    case 'timeout':
    case 'crash':
      return { end: 'failure', body: element('failure', { type, message }, evidence(result)) }
    case 'unexpected-pass': {
      const words = 'Passes, although its ledger of expected failures says that it fails.'
      const attributes = { type: 'unexpected-pass', message: words }
      return { end: 'failure', body: element('failure', attributes, evidence(result)) }
    }
    case 'harness-error':
      return { end: 'error', body: element('error', { type: mark, message }, evidence(result)) }
    case 'inconclusive':
    case 'unsupported':
      return { end: 'skipped', body: element('skipped', { message: `${mark}: ${message}` }) }
  }
}

const caseXml = (result: CaseResult): TestCase => {
  const { end, body } = endOf(result)
  const attributes = {
    classname: `framegate.${categoryOf(result.id)}`,
    name: result.id,
    time: seconds(result.durationMs),
  }
  return { end, xml: element('testcase', attributes, body) }
}

const problemXml = (problem: string, index: number): TestCase => {
  const failure = element('failure', { type: 'problem', message: firstLine(problem) })
  const attributes = { classname: 'framegate.run', name: `problem ${index + 1}`, time: '0.000' }
  return { end: 'failure', xml: element('testcase', attributes, failure) }
}

const totals = (tests: readonly TestCase[]): Record<string, string> => ({
  tests: String(tests.length),
  failures: String(tests.filter(({ end }) => end === 'failure').length),
  errors: String(tests.filter(({ end }) => end === 'error').length),
  skipped: String(tests.filter(({ end }) => end === 'skipped').length),
})

interface Suite {
  readonly tests: readonly TestCase[]
  readonly durationMs: number
  readonly xml: string
}

const suiteOf = (run: ConformRun, result: ConformResult): Suite => {
  const { name, framing, service, transport } = run.subject
  const tests = [...run.cases.map(caseXml), ...run.problems.map(problemXml)]
  const durationMs = run.cases.reduce((sum, one) => sum + one.durationMs, 0)
  const properties = Object.entries({
    framing,
    service,
    transport,
    seed: String(result.environment.seed),
  }).map(([key, value]) => element('property', { name: key, value }))
  const attributes = {
    name: `${name} (${framing}, ${transport})`,
    ...totals(tests),
    time: seconds(durationMs),
    timestamp: result.environment.startedAt,
  }
  const body = [element('properties', {}, properties.join('')), ...tests.map(({ xml }) => xml)]
  return { tests, durationMs, xml: element('testsuite', attributes, `\n${body.join('\n')}\n`) }
}

/** A suite of one error, where the result as a whole must not pass for green. */
const errorSuite = (name: string, message: string): Suite => {
  const error = element('error', { type: name, message })
  const attributes = { classname: 'framegate.run', name, time: '0.000' }
  const test: TestCase = { end: 'error', xml: element('testcase', attributes, error) }
  const xml = element('testsuite', { name: 'framegate', ...totals([test]) }, `\n${test.xml}\n`)
  return { tests: [test], durationMs: 0, xml }
}

/** The whole document. */
export const renderJunit = (result: ConformResult): string => {
  const suites = result.runs.map((run) => suiteOf(run, result))
  if (result.partial) {
    const words = `The run was interrupted after ${plural(result.runs.length, 'run')}.`
    suites.push(errorSuite('partial', words))
  }
  if (suites.every(({ tests }) => tests.length === 0)) {
    suites.push(errorSuite('nothing-ran', 'No case was run.'))
  }
  const attributes = {
    name: 'framegate',
    ...totals(suites.flatMap(({ tests }) => tests)),
    time: seconds(suites.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  }
  const body = `\n${suites.map(({ xml }) => xml).join('\n')}\n`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, body)}\n`
}

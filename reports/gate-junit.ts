/**
 * A gate as JUnit XML: a test a cell. Regressed is a failure; inconclusive is skipped, with the
 * reason. A result that measured nothing carries an error, so that no service takes it for green.
 */
import type { GateCell, GateCounter, GateResult } from '../bench/gate/result.ts'
import { changeOf, countsOf } from './gate-words.ts'
import { content, element } from './xml.ts'

interface TestCase {
  readonly end: 'passed' | 'failure' | 'error' | 'skipped'
  readonly xml: string
}

const test = (classname: string, name: string, end: TestCase['end'], body: string): TestCase => ({
  end,
  xml: element('testcase', { classname: `framegate.gate.${classname}`, name }, body),
})

const cellXml = (cell: GateCell): TestCase => {
  const { scenario, metric, verdict, reason } = cell
  const said = `${changeOf(cell)}: ${reason}`
  if (verdict === 'regressed') {
    const body = element('failure', { type: 'regressed', message: said })
    return test(scenario, metric, 'failure', body)
  }
  if (verdict === 'inconclusive') {
    return test(scenario, metric, 'skipped', element('skipped', { message: said }))
  }
  return test(scenario, metric, 'passed', element('system-out', {}, content(said)))
}

const counterXml = (one: GateCounter): TestCase => {
  const { scenario, counter, verdict } = one
  const said = countsOf(one)
  if (verdict === 'pass' || verdict === 'improved') {
    return test(scenario, counter, 'passed', element('system-out', {}, content(said)))
  }
  return test(scenario, counter, 'failure', element('failure', { type: verdict, message: said }))
}

const failure = (name: string, type: string, detail: string): TestCase =>
  test('right', name, 'failure', element('failure', { type, message: detail }))

/** The whole document. */
export const renderGateJunit = (result: GateResult): string => {
  const tests = [
    ...result.newFailures.map(({ id, symptom, detail }) => failure(id, symptom, detail)),
    ...result.failures.map(({ side, scenario, symptom, detail }) =>
      failure(`${side} in ${scenario}`, symptom, detail),
    ),
    ...result.counters.map(counterXml),
    ...result.cells.map(cellXml),
  ]
  // Counts that are as they were are no verdict: nothing was timed.
  const isDecided = result.cells.length > 0 || tests.some(({ end }) => end === 'failure')
  if (!isDecided || result.partial) {
    const message = result.partial ? 'The run was interrupted.' : result.reason
    const type = result.partial ? 'partial' : 'nothing-ran'
    tests.push(test('run', type, 'error', element('error', { type, message })))
  }
  const count = (end: TestCase['end']) => String(tests.filter((one) => one.end === end).length)
  const totals = {
    name: 'framegate gate',
    tests: String(tests.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: result.wallSeconds.toFixed(3),
  }
  const { startedAt } = result.environment
  const body = `\n${tests.map(({ xml }) => xml).join('\n')}\n`
  const suite = element('testsuite', { ...totals, timestamp: startedAt }, body)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', totals, `\n${suite}\n`)}\n`
}

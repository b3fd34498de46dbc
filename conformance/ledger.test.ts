import { describe, expect, test } from 'bun:test'
import { applyLedger, type Ledger, type LedgerEntry, parseLedger } from './ledger.ts'
import type { CaseResult, Outcome, Symptom } from './result.ts'
import { isUnexpected, summarise, verdictOf } from './summary.ts'

const SUBJECT = { framing: 'u32be', transport: 'tcp' }
const WHOLE = { complete: true, today: '2030-06-15' }
const PART = { ...WHOLE, complete: false }

const result = (id: string, outcome: Outcome, symptom: Symptom | null = null): CaseResult => ({
  id,
  level: 'must',
  outcome,
  symptom,
  close: { by: 'nobody', how: 'none', unreadBytes: null },
  resources: 'ok',
  expected: true,
  detail: '',
  clauses: ['ALL-1'],
  seed: 1,
  durationMs: 1,
  repro: '',
  schedule: 'none',
})

const entry = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  case: 'boundary/*',
  symptom: 'merged',
  reason: 'Known.',
  ...changes,
})

const ledger = (...entries: readonly LedgerEntry[]): Ledger => ({
  schema: 'framegate.ledger/1',
  entries: [...entries],
})

/** Applies the ledger to one result; true when the outcome was to be expected. */
function judged(one: CaseResult, listed: Ledger | null, options = PART): boolean {
  applyLedger(listed, [one], SUBJECT, options)
  return !isUnexpected(one)
}

describe('without an entry', () => {
  test('a pass is expected, a failure of any kind is not', () => {
    expect(judged(result('a/b', 'pass'), null)).toBe(true)
    for (const outcome of ['fail', 'timeout', 'crash'] as const) {
      expect(judged(result('a/b', outcome, 'hung'), null)).toBe(false)
    }
  })

  test('what was not proven and what does not apply fails nothing', () => {
    for (const outcome of ['inconclusive', 'harness-error', 'unsupported'] as const) {
      expect(judged(result('a/b', outcome), null)).toBe(true)
    }
  })

  test('a SHOULD that was not kept fails nothing', () => {
    const lenient: CaseResult = { ...result('a/b', 'lenient', 'hung'), level: 'should' }
    expect(judged(lenient, null)).toBe(true)
    expect(summarise([lenient])).toMatchObject({ warned: 1, failed: 0 })
  })
})

describe('with an entry', () => {
  test('the failure that it lists is expected', () => {
    expect(judged(result('boundary/x', 'fail', 'merged'), ledger(entry()))).toBe(true)
  })

  test('another symptom is not', () => {
    expect(judged(result('boundary/x', 'fail', 'split'), ledger(entry()))).toBe(false)
  })

  test('one of several symptoms is enough', () => {
    const listed = ledger(entry({ symptom: ['merged', 'split'] }))
    expect(judged(result('boundary/x', 'fail', 'split'), listed)).toBe(true)
    expect(judged(result('boundary/x', 'fail', 'corrupted'), listed)).toBe(false)
  })

  test('a pass is not expected, unless the entry says that it may pass', () => {
    expect(judged(result('boundary/x', 'pass'), ledger(entry()))).toBe(false)
    expect(judged(result('boundary/x', 'pass'), ledger(entry({ mayPass: true })))).toBe(true)
  })

  test('it speaks of the cases, framings and transports that its globs match', () => {
    const failed = () => result('boundary/x', 'fail', 'merged')
    expect(judged({ ...failed(), id: 'sending/x' }, ledger(entry()))).toBe(false)
    expect(judged(failed(), ledger(entry({ framing: 'u{16,32}be' })))).toBe(true)
    expect(judged(failed(), ledger(entry({ framing: 'i32le' })))).toBe(false)
    expect(judged(failed(), ledger(entry({ transport: 'unix' })))).toBe(false)
  })
})

describe('a ledger does not rot', () => {
  const results = [result('boundary/x', 'fail', 'merged')]

  test('an entry that matches no case is a problem of a complete run alone', () => {
    const listed = ledger(entry(), entry({ case: 'sending/gone' }))
    expect(applyLedger(listed, results, SUBJECT, PART)).toEqual([])
    const problems = applyLedger(listed, results, SUBJECT, WHOLE)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('sending/gone')
  })

  test('an entry of another framing or transport is none', () => {
    const listed = ledger(entry(), entry({ case: 'sending/gone', framing: 'netstring' }))
    expect(applyLedger(listed, results, SUBJECT, WHOLE)).toEqual([])
    const onUnix = ledger(entry(), entry({ case: 'sending/gone', transport: 'unix' }))
    expect(applyLedger(onUnix, results, SUBJECT, WHOLE)).toEqual([])
    expect(applyLedger(onUnix, results, { ...SUBJECT, transport: 'unix' }, WHOLE)).toHaveLength(1)
  })

  test('an entry is a problem from the day on which it expires', () => {
    const problemsOf = (expires: string) =>
      applyLedger(ledger(entry({ expires })), results, SUBJECT, PART)
    expect(problemsOf('2030-06-16')).toEqual([])
    expect(problemsOf('2030-06-15').join()).toContain('expired on 2030-06-15')
    expect(problemsOf('2029-01-01')).toHaveLength(1)
  })

  test('a problem fails a run in which everything else was as expected', () => {
    const record = { name: 'x', service: 'echo', maxFrame: 1, framing: 'u32be', transport: 'tcp' }
    const run = {
      subject: record as never,
      summary: summarise([result('a/b', 'pass')]),
      cases: [result('a/b', 'pass')],
    }
    expect(verdictOf([{ ...run, problems: [] }])).toBe('as-expected')
    expect(verdictOf([{ ...run, problems: ['expired'] }])).toBe('not-as-expected')
    expect(verdictOf([])).toBe('nothing-ran')
  })
})

describe('a file', () => {
  const parse = (value: unknown) => parseLedger(JSON.stringify(value), 'my-ledger.json')

  test('is read', () => {
    const listed = ledger(entry({ expires: '2031-01-01', mayPass: true, framing: '*' }))
    expect(parse(listed)).toEqual(listed)
  })

  test.each([
    ['another schema', { schema: 'framegate.ledger/2', entries: [] }, 'schema'],
    ['no reason', ledger({ ...entry(), reason: '' }), 'entries.0.reason'],
    ['no symptom', ledger({ ...entry(), symptom: [] as never }), 'entries.0.symptom'],
    ['a date that is none', ledger(entry({ expires: 'soon' })), 'entries.0.expires'],
    ['a field too many', { ...ledger(), note: 1 }, 'note'],
  ])('with %s is refused, with the name of the field', (_, value, field) => {
    expect(() => parse(value)).toThrow(`The ledger my-ledger.json is wrong at ${field}`)
  })

  test('that is no JSON is refused by name', () => {
    expect(() => parseLedger('{', 'my-ledger.json')).toThrow('The ledger my-ledger.json is no JSON')
  })
})

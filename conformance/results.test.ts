/** What is made of results: repeats, shards, differences and ledgers. */
import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { detectEnvironment } from '../harness/environment.ts'
import { diffResults } from './diff.ts'
import { fixLedger } from './fix-ledger.ts'
import { applyLedger, LEDGER_SCHEMA, type Ledger } from './ledger.ts'
import { joinRepeats } from './repeat.ts'
import type { CaseResult, ConformResult, Outcome, ShardRecord, Symptom } from './result.ts'
import { ConformSchema } from './result-schema.ts'
import { inShard, mergeShards, ShardError } from './shard.ts'
import { summarise } from './summary.ts'

const TODAY = '2030-01-31'
const SUBJECT = {
  name: 'a',
  framing: 'u32be',
  service: 'echo',
  maxFrame: 1,
  transport: 'tcp',
} as const
const environment = detectEnvironment(1)

const result = (id: string, outcome: Outcome, symptom: Symptom | null = null): CaseResult => ({
  id,
  level: 'must',
  outcome,
  close: { by: 'nobody', how: 'none', unreadBytes: null },
  resources: 'ok',
  expected: outcome === 'pass' || outcome === 'unsupported',
  symptom,
  detail: symptom ?? '',
  clauses: ['ALL-1'],
  seed: 1,
  durationMs: 1,
  repro: 'framegate',
  schedule: 'proven',
})

const conform = (cases: CaseResult[], more: Partial<ConformResult> = {}): ConformResult => ({
  schema: 'framegate.conform/1',
  partial: false,
  environment,
  runs: [{ subject: SUBJECT, summary: summarise(cases), cases, problems: [] }],
  ...more,
})

describe('repeats', () => {
  test('the worst counts; what changes is flaky', () => {
    const runs = [
      [result('a', 'pass'), result('b', 'fail', 'merged'), result('c', 'pass')],
      [result('a', 'fail', 'split'), result('b', 'fail', 'merged'), result('c', 'pass')],
    ]
    const joined = joinRepeats(runs)
    expect(joined.map(({ outcome, flaky }) => [outcome, flaky])).toEqual([
      ['fail', true],
      ['fail', false],
      ['pass', false],
    ])
    expect(joined[0]!.repeats).toEqual([
      { outcome: 'pass', symptom: null },
      { outcome: 'fail', symptom: 'split' },
    ])
  })

  test('another symptom is flaky too; one run is left as it is', () => {
    const runs = [[result('a', 'fail', 'merged')], [result('a', 'fail', 'split')]]
    expect(joinRepeats(runs)[0]!.flaky).toBe(true)
    expect(joinRepeats([[result('a', 'pass')]])[0]).not.toHaveProperty('flaky')
  })
})

describe('shards', () => {
  const IDS = ['a', 'b', 'c', 'd', 'e']
  const entry = { case: 'nothing', symptom: 'merged', reason: 'x' }
  const ledgers = [{ schema: LEDGER_SCHEMA, entries: [entry] }]
  const part = (index: number, more: Partial<ShardRecord> = {}): ConformResult => {
    const shard = { index, count: 2, of: 'x', cases: IDS, ledgers, ...more }
    const cases = inShard(IDS, shard).map((id) => result(id, 'pass'))
    return conform(cases, { shard })
  }

  test('every case is in one of them, and the whole has the order of the suite', () => {
    const whole = mergeShards([part(2), part(1)], TODAY)
    expect(whole.runs[0]!.cases.map(({ id }) => id)).toEqual(IDS)
    expect(whole).not.toHaveProperty('shard')
    expect(whole.runs[0]!.summary.passed).toBe(5)
    expect(whole.runs[0]!.problems).toEqual([
      'The ledger\'s entry "nothing" matches no case of this run: remove it.',
    ])
  })

  test.each([
    ['missing', [part(1)], 'Shard 2/2 is missing'],
    ['double', [part(1), part(2), part(2)], 'Shard 2/2 is there 2 times'],
    ['of another run', [part(1), part(2, { of: 'y' })], 'of different runs'],
    ['of another count', [part(1), part(2, { count: 3 })], 'of different runs'],
    ['interrupted', [part(1), { ...part(2), partial: true }], 'Shard 2/2 was interrupted'],
    ['no shard', [conform([])], 'This is no shard'],
    ['short of a case', [part(1), conform([], { shard: part(2).shard! })], 'lack results of 2'],
  ])('one that is %s is refused', (_, parts, message) => {
    expect(() => mergeShards(parts, TODAY)).toThrow(ShardError)
    expect(() => mergeShards(parts, TODAY)).toThrow(message)
  })
})

describe('differences', () => {
  const before = conform([
    result('a', 'pass'),
    result('b', 'fail', 'merged'),
    result('c', 'fail', 'merged'),
    result('d', 'pass'),
    result('gone', 'pass'),
  ])

  test('each kind of change is told apart; new failures make it worse', () => {
    const after = conform([
      result('a', 'timeout', 'hung'),
      result('b', 'pass'),
      result('c', 'fail', 'split'),
      result('d', 'lenient', 'memory'),
      result('new', 'pass'),
    ])
    const { verdict, subjects } = diffResults(before, after)
    expect(verdict).toBe('worse')
    const [diff] = subjects
    const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)
    expect(ids(diff!.newFailures)).toEqual(['a'])
    expect(ids(diff!.fixed)).toEqual(['b'])
    expect(ids(diff!.changed)).toEqual(['c'])
    expect(ids(diff!.weaker)).toEqual(['d'])
    expect(diff).toMatchObject({ added: ['new'], removed: ['gone'], stillFailing: 1 })
  })

  test('a new failure that the ledger lists is none', () => {
    const known = { ...result('a', 'fail', 'merged'), expected: true }
    const { verdict, subjects } = diffResults(before, conform([known]))
    expect(verdict).toBe('same')
    expect(subjects[0]!.newKnownFailures.length).toBe(1)
  })

  test('partial, unproven, nothing in common', () => {
    expect(diffResults(before, { ...before, partial: true }).verdict).toBe('inconclusive')
    expect(diffResults(before, conform([result('a', 'inconclusive')])).verdict).toBe('inconclusive')
    const none = { ...before, runs: [] }
    expect(diffResults(before, none)).toMatchObject({
      verdict: 'nothing-compared',
      onlyOld: ['a (u32be, tcp)'],
    })
    expect(diffResults(before, before).verdict).toBe('same')
  })
})

describe('a fixed ledger', () => {
  const ledgerOf = (...entries: Ledger['entries']): Ledger => ({ schema: LEDGER_SCHEMA, entries })
  const entry = (glob: string, more: object = {}) => ({
    case: glob,
    symptom: 'merged',
    reason: 'known',
    ...more,
  })
  const runOf = (ledger: Ledger, cases: CaseResult[]) => {
    const problems = applyLedger(ledger, cases, SUBJECT, { complete: true, today: TODAY })
    return { subject: SUBJECT, summary: summarise(cases), cases, problems }
  }

  test('takes off what passes, adds what fails, keeps what is right', () => {
    const ledger = ledgerOf(entry('x/*'), entry('y/*'), entry('z'), entry('q', { framing: 'line' }))
    const cases = [
      result('x/1', 'fail', 'merged'),
      result('y/1', 'fail', 'merged'),
      result('y/2', 'pass'),
      result('y/3', 'fail', 'split'),
      result('new', 'crash', 'crashed'),
      result('open', 'inconclusive'),
    ]
    const run = runOf(ledger, cases)
    const fixed = fixLedger(ledger, [run], TODAY)
    const exact = { framing: 'u32be', transport: 'tcp' }
    expect(fixed.ledger.entries).toEqual(
      [
        entry('x/*'),
        entry('q', { framing: 'line' }),
        entry('y/1', exact),
        entry('y/3', { ...exact, symptom: 'split' }),
        entry('new', {
          ...exact,
          symptom: 'crashed',
          reason: `Seen on ${TODAY}; say why. crashed`,
        }),
      ].toSorted((a, b) => order(a.case) - order(b.case)),
    )
    expect(fixed).toMatchObject({ added: 3, removed: 2 })
    // By the new ledger nothing is unexpected any more, and fixing it again changes nothing.
    const again = runOf(fixed.ledger, cases)
    expect(again.problems).toEqual([])
    expect(again.summary).toMatchObject({ failed: 0, unexpectedPasses: 0, expectedFailures: 4 })
    expect(fixLedger(fixed.ledger, [again], TODAY)).toMatchObject({ added: 0, removed: 0 })
  })

  test('says of what is flaky that it may pass, and with which symptoms', () => {
    const rounds = [
      result('a', 'fail', 'merged'),
      result('a', 'pass'),
      result('a', 'fail', 'split'),
    ]
    const cases = joinRepeats(rounds.map((round) => [round]))
    const { ledger } = fixLedger(ledgerOf(), [runOf(ledgerOf(), cases)], TODAY)
    expect(ledger.entries).toMatchObject([{ symptom: ['merged', 'split'], mayPass: true }])
    for (const round of rounds) expect(runOf(ledger, [round]).summary.failed).toBe(0)
  })

  const order = (glob: string) => ['x/*', 'y/1', 'y/3', 'q', 'new'].indexOf(glob)
})

describe('the schema of results', () => {
  test('takes a whole result, and names the field of a damaged one', () => {
    const whole = conform([result('a', 'pass')])
    expect(v.is(ConformSchema, JSON.parse(JSON.stringify(whole)))).toBe(true)
    const damaged = JSON.parse(JSON.stringify(whole))
    damaged.runs[0].cases[0].outcome = 'passed'
    const { issues } = v.safeParse(ConformSchema, damaged)
    expect(issues!.map((issue) => v.getDotPath(issue))).toEqual(['runs.0.cases.0.outcome'])
  })
})

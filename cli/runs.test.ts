/** Several runs together: shards, repeats, comparisons, fixed ledgers. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DiffResult } from '../conformance/diff.ts'
import type { ConformResult } from '../conformance/result.ts'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'

// Every test starts processes, many of them side by side.
setDefaultTimeout(120_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => join(folder, name)
const json = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T

const CASES = ['--case', 'boundary/two-frames-one-write', '--case', 'boundary/*-byte-apart']
const EMPTY = JSON.stringify({ schema: 'framegate.ledger/1', entries: [] })

describe.concurrent('shards', () => {
  test('run apart and merged are the whole; one alone is none', async () => {
    const files = await Promise.all(
      [1, 2].map(async (index) => {
        const path = file(`shard-${index}.json`)
        const args = ['conform', 'line', ...CASES, '--shard', `${index}/2`, '--json', path]
        expect((await framegate(...args)).code).toBe(EXIT.ok)
        return path
      }),
    )
    const whole = await framegate('merge', ...files, '--json', file('whole.json'))
    expect(whole.code).toBe(EXIT.ok)
    expect(json<ConformResult>('whole.json').runs[0]!.summary.passed).toBe(3)
    const one = await framegate('merge', files[0]!)
    expect({ code: one.code, err: one.err }).toEqual({
      code: EXIT.shards,
      err: 'framegate: Shard 2/2 is missing.\n',
    })
  })

  test.each(['3/2', '0/2', '2', 'a/b'])('%s is none', async (shard) => {
    const { code, err } = await framegate('conform', 'line', '--shard', shard)
    expect(code).toBe(EXIT.usage)
    expect(err).toContain(`"${shard}" is no shard: write 2/3`)
  })
})

/** Wrong every second time that it is started. */
const FLAKY = (state: string) => `
const { existsSync, rmSync, writeFileSync } = require('node:fs')
const wrong = existsSync('${state}')
if (wrong) rmSync('${state}')
else writeFileSync('${state}', '')
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('data', (data) => socket.write(wrong ? data.toString().toUpperCase() : data))
}).listen(process.argv[2])
`

const noNode = Bun.which('node') === null
test.skipIf(noNode).concurrent('--repeat tells what is flaky', async () => {
  writeFileSync(file('flaky.cjs'), FLAKY(file('state')))
  const exec = `node '${file('flaky.cjs')}' {port}`
  const subject = ['--exec', exec, '--framing', 'line', '--case', 'boundary/one-frame']
  const more = ['--repeat', '4', '--json', file('flaky.json')]
  const { code, out } = await framegate('conform', ...subject, ...more)
  expect({ code, out }).toEqual({ code: EXIT.failed, out })
  expect(out).toContain('FLAKY boundary/one-frame: corrupted (2 of 4 runs)')
  const [result] = json<ConformResult>('flaky.json').runs[0]!.cases
  expect(result).toMatchObject({ outcome: 'fail', flaky: true })
  // Which comes first goes by how often the first conversation had started it.
  const outcomes = result!.repeats!.map(({ outcome }) => outcome)
  expect(outcomes.toSorted()).toEqual(['fail', 'fail', 'pass', 'pass'])
  expect(outcomes[0]).not.toBe(outcomes[1])
})

describe.concurrent('comparisons', () => {
  test('new failures: 1, told in text, JSON and Markdown', async () => {
    writeFileSync(file('empty.json'), EMPTY)
    const one = ['--case', 'boundary/two-frames-one-write', '--ledger', file('empty.json')]
    const [before, after] = await Promise.all([
      framegate('conform', 'length-prefixed', ...one, '--json', file('before.json')),
      framegate('conform', 'naive-recv', ...one, '--json', file('after.json')),
    ])
    expect([before.code, after.code]).toEqual([EXIT.ok, EXIT.failed])
    const files = [file('before.json'), file('after.json')] as const
    const outputs = ['--json', file('diff.json'), '--md', file('diff.md')]
    const { code, out } = await framegate('diff', ...files, ...outputs)
    expect(code).toBe(EXIT.failed)
    expect(out).toContain('NEW FAILURE boundary/two-frames-one-write: pass → fail: merged')
    const diff = json<DiffResult>('diff.json')
    expect(diff).toMatchObject({ schema: 'framegate.diff/1', verdict: 'worse' })
    expect(readFileSync(file('diff.md'), 'utf8')).toContain('❌ **New failures.**')
    const printed = await framegate('diff', ...files, '--format', 'md')
    expect(printed.out).toBe(readFileSync(file('diff.md'), 'utf8'))
    const back = await framegate('diff', files[1], files[0])
    expect({ code: back.code, out: back.out }).toEqual({ code: EXIT.ok, out: back.out })
    expect(back.out).toContain('FIXED boundary/two-frames-one-write: fail: merged → pass')
  })

  test('an unknown version is refused by name', async () => {
    writeFileSync(file('future.json'), JSON.stringify({ schema: 'framegate.conform/2', runs: [] }))
    const { code, err } = await framegate('diff', file('future.json'), file('future.json'))
    expect(code).toBe(EXIT.usage)
    expect(err).toContain('"framegate.conform/2", which this version does not know')
  })
})

describe.concurrent('--fix-ledger', () => {
  test.each([
    [['--case', 'boundary/*'], '--case'],
    [['--level', 'must'], '--level'],
    [['--shard', '1/2'], '--shard'],
    [['--bail'], '--bail'],
  ])('refuses a part of the suite: %p', async (part, named) => {
    const args = ['conform', 'line', '--fix-ledger', '--ledger', file('no.json'), ...part]
    const { code, err } = await framegate(...args)
    expect(code).toBe(EXIT.usage)
    expect(err).toContain(`--fix-ledger needs a run of the whole suite: leave out ${named}.`)
    expect(existsSync(file('no.json'))).toBe(false)
  })

  test('writes one by which the same server is as expected', async () => {
    const subject = ['conform', 'tutorial/remote-command', '--ledger', file('fixed.json')]
    const fixed = await framegate(...subject, '--fix-ledger')
    expect({ code: fixed.code, out: fixed.out }).toEqual({ code: EXIT.ok, out: fixed.out })
    expect(fixed.err).toMatch(/ledger .*fixed\.json: \d+ entries added, 0 removed/)
    const { entries } = json<{ entries: { case: string; symptom: string }[] }>('fixed.json')
    expect(entries.map(({ symptom }) => symptom)).toEqual(['split', 'merged', 'split'])
    const some = entries.slice(0, 2).flatMap((entry) => ['--case', entry.case])
    const again = await framegate(...subject, ...some)
    expect({ code: again.code, out: again.out }).toEqual({ code: EXIT.ok, out: again.out })
  })
})

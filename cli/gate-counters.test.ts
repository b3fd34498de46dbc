/** Exact counts at equality, between this checkout and a copy of it that writes once more. */
import { afterAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareCounters } from '../bench/gate/counters.ts'
import type { GateResult } from '../bench/gate/result.ts'
import { benchSubjectOf } from './bench-run.ts'
import { gateOnce } from './gate-run.ts'
import { gatedWorkloads } from './gate-scenarios.ts'
import { type SideOptions, type Sides, withSides } from './gate-sides.ts'
import type { Subject } from './subjects.ts'

const ROOT = join(import.meta.dir, '..')
const changed = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(changed, { recursive: true, force: true }))
for (const name of ['impl', 'wire', 'posix', 'package.json']) {
  cpSync(join(ROOT, name), join(changed, name), { recursive: true })
}
const outbox = join(changed, 'impl/outbox.ts')
const before = readFileSync(outbox, 'utf8')
const WRITE = 'const taken = this.#socket.write(bytes, start, end - start)'
const WRITE_REST = 'this.#socket.write(bytes, start + 1, end - start - 1)'
writeFileSync(outbox, before.replace(WRITE, `${WRITE.replace('end - start', '1')} + ${WRITE_REST}`))

const workloads = gatedWorkloads(['pipelined'])
const signal = new AbortController().signal

const NAMED = { base: changed, head: 'length-prefixed' }

const compared = (base: Subject, head: Subject) =>
  compareCounters({ base: benchSubjectOf(base), head: benchSubjectOf(head) }, workloads, signal)

const counted = (options: SideOptions) =>
  withSides(options, ({ base, head }) => compared(base, head))

/** With no time to measure anything in: what is exact needs none. */
const gated = (sides: Sides): Promise<GateResult> =>
  gateOnce({ sides, workloads, budgetMs: 1, alpha: 0.01, floor: 0.03, seed: 1, isFirst: true })

test('the copy was changed', () => {
  expect(before).toContain(WRITE)
})

test('a checkout is equal to itself', async () => {
  const { counters } = await counted({ base: ROOT, head: 'length-prefixed' })
  expect(counters.map(({ counter }) => counter)).toEqual([
    'reads',
    'writes',
    'bytesCopied',
    'allocations',
  ])
  for (const { base, head, verdict } of counters) {
    expect({ head, verdict }).toEqual({ head: base, verdict: 'pass' })
  }
  expect(counters[1]!.head).toBeGreaterThan(0)
})

test('base is counted by its own code: a write less than there is improved', async () => {
  const { counters } = await counted(NAMED)
  const [reads, writes] = counters
  expect(reads!.verdict).toBe('pass')
  expect(writes).toMatchObject({ base: 2 * writes!.head, verdict: 'improved' })
})

test('a write more than there is regressed, untimed, and says which count rose', async () => {
  const result = await withSides(NAMED, ({ base, head, ...names }) =>
    gated({ base: head, head: base, ...names }),
  )
  expect(result.verdict).toBe('regressed')
  expect(result.reason).toMatch(/^head does more: pipelined writes \(([\d.]+) → [\d.]+ per 1,000/)
  expect(result.reason).toEndWith('Nothing was timed.')
  expect(result.cells).toEqual([])
})

test('what is not sent the same bytes, or is not ours, is not compared', async () => {
  const other = await counted({ base: 'length-prefixed', head: 'netstring' })
  expect(other).toEqual({ counters: [], missing: [], warnings: [] })
  const exec = { headExec: 'true {port}', framing: 'u32be' }
  expect((await counted({ base: 'length-prefixed', ...exec })).counters).toEqual([])
})

test('a base without counts is said, a head without them is no pass', async () => {
  rmSync(join(changed, 'impl/count-main.ts'))
  const { counters, warnings } = await counted(NAMED)
  expect({ counters, warnings }).toEqual({
    counters: [],
    warnings: ['base has no exact counts in pipelined: nothing to compare with'],
  })
  const { missing } = await withSides(NAMED, ({ base, head }) => compared(head, base))
  expect(missing).toEqual(['pipelined exact counts'])
})

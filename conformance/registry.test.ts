import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALL_CASES as CASES } from './registry.ts'

const SPEC = readFileSync(join(import.meta.dir, '../wire/SPEC.md'), 'utf8')
/** `**ALL-1 Bytes alone decide.**` and `- **LP-2** A 64-bit length …`. */
const CLAUSES = new Set([...SPEC.matchAll(/^(?:- )?\*\*([A-Z]+-\d+)\b/gm)].map((match) => match[1]))

test('the specification has its clauses', () => {
  expect(CLAUSES.size).toBeGreaterThan(50)
  expect([...CLAUSES]).toContain('ALL-11')
  expect([...CLAUSES]).toContain('JH-7')
})

test('no id is there twice', () => {
  const ids = CASES.map(({ id }) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
})

test('ids are a category and words, never positions', () => {
  const words = /^[a-z]+(-[a-z]+)*\/[a-z][a-z0-9]*(-[a-z0-9]+)*$/
  const wrong = CASES.filter(({ id }) => !words.test(id) || /-0*\d{1,3}$/.test(id))
  expect(wrong.map(({ id }) => id)).toEqual([])
})

test('every case cites clauses, and every clause that is cited is there', () => {
  for (const { id, clauses } of CASES) {
    expect([id, clauses.length > 0]).toEqual([id, true])
    expect([id, clauses.filter((clause) => !CLAUSES.has(clause))]).toEqual([id, []])
  }
})

test('every case says in sentences what it sends, expects and finds', () => {
  const sentence = /^(?:[A-Z0-9]|null|true).*\.$/su
  const wrong = CASES.filter(
    ({ sends, expects, finds }) => ![sends, expects, finds].every((text) => sentence.test(text)),
  )
  expect(wrong.map(({ id }) => id)).toEqual([])
})

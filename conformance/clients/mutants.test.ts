/** The client cases are tested by clients that are wrong on purpose. */
import { describe, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { CLIENT_MUTANTS } from '../mutants/clients/mutants.ts'
import { MESSAGE_BYTES_MAX } from '../mutants/connection.ts'
import { linesOf, RUN_MS_MAX } from '../testing.ts'
import { CLIENT_CASES } from './registry.ts'
import { runAgainstClient } from './testing.ts'

const RUN = fileURLToPath(new URL('../mutants/clients/run.ts', import.meta.url))

test('ids are words, and none is there twice', () => {
  const ids = CLIENT_MUTANTS.map(({ id }) => id)
  expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
})

test('every mutant names cases that there are', () => {
  const known = new Set(CLIENT_CASES.map(({ id }) => id))
  for (const { id, killedBy } of CLIENT_MUTANTS) {
    expect([id, Object.keys(killedBy).filter((named) => !known.has(named))]).toEqual([id, []])
    expect(Object.keys(killedBy)).not.toBeEmpty()
  }
})

test('every case is meant to kill one', () => {
  const meant = new Set(CLIENT_MUTANTS.flatMap(({ killedBy }) => Object.keys(killedBy)))
  expect(CLIENT_CASES.map(({ id }) => id).filter((id) => !meant.has(id))).toEqual([])
})

test(
  'what a client costs shows beside the outcome of every other case',
  async () => {
    const command = `'${process.execPath}' '${RUN}' {host} {port} opens-for-every-reply`
    const cases = CLIENT_CASES.filter(({ id }) => id === 'client/width-edges')
    const client = { command, framing: 'u32be', messageBytesMax: MESSAGE_BYTES_MAX }
    const [result] = await runAgainstClient(client, cases)
    expect(result).toMatchObject({ outcome: 'pass', resources: 'leak' })
  },
  RUN_MS_MAX,
)

describe('a client mutant is killed by each case that is meant for it', () => {
  test.each(CLIENT_MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    '%s',
    async (id, { killedBy, client }) => {
      const command = `'${process.execPath}' '${RUN}' {host} {port} ${id}`
      const { framing } = client
      const cases = CLIENT_CASES.filter((item) => item.id in killedBy)
      const results = await runAgainstClient(
        { command, framing, messageBytesMax: MESSAGE_BYTES_MAX },
        cases,
      )
      const survived = linesOf(
        results,
        ({ id, symptom }) => symptom !== null && killedBy[id]!.includes(symptom),
      )
      expect(survived).toEqual([])
    },
    RUN_MS_MAX,
  )
})

/** The client cases are tested by clients that are wrong on purpose. */
import { describe, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { CLIENT_MUTANTS } from '../mutants/clients/mutants.ts'
import { MESSAGE_BYTES_MAX } from '../mutants/connection.ts'
import { linesOf, RUN_MS_MAX } from '../testing.ts'
import { FIRST, requests } from './cases/messages.ts'
import type { ClientCase } from './client-case.ts'
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

/** It lives while it is looked at: it waits for the last reply. */
const EIGHT_IN_TWO: ClientCase = {
  id: 'client/eight-in-two',
  level: 'must',
  clauses: ['ALL-2'],
  sends: 'Eight replies, the last of them when the client has come to rest.',
  expects: 'Eight lines.',
  finds: 'Nothing that another case does not find.',
  async run(trial) {
    const visit = await trial.visit(requests(8))
    await visit.heard()
    await visit.send(visit.owing(...requests(7)))
    await visit.atRest()
    await visit.send(visit.owing(FIRST))
    await visit.succeeds()
  },
}

test(
  'what a client costs shows beside the outcome of every other case',
  async () => {
    const command = `'${process.execPath}' '${RUN}' {host} {port} opens-for-every-reply`
    const client = { command, framing: 'u32be', messageBytesMax: MESSAGE_BYTES_MAX }
    const [result] = await runAgainstClient(client, [EIGHT_IN_TWO])
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

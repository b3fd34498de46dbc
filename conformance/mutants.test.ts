/** The suite is tested by servers that are wrong on purpose, and by servers that are right. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Case } from './case.ts'
import { MESSAGE_BYTES_MAX } from './mutants/connection.ts'
import { DATAGRAM_BYTES_MAX } from './mutants/datagrams.ts'
import type { ConnectionClass, DatagramServerClass, Mutant } from './mutants/mutant.ts'
import { MUTANTS, RIGHT, serviceOf } from './mutants/mutants.ts'
import { CASES } from './registry.ts'
import {
  LESSONS,
  linesOf,
  listedIn,
  RUN_MS_MAX,
  runAgainst,
  type SubjectUnderTest,
} from './testing.ts'

/** Where servers that keep files on the disk keep them. */
const FOLDER = mkdtempSync(join(tmpdir(), 'framegate-mutants-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))
const SERVE = fileURLToPath(new URL('./mutants/serve.ts', import.meta.url))

function subject(
  id: string,
  server: ConnectionClass | DatagramServerClass,
  right: boolean,
): SubjectUnderTest {
  const { framing } = server
  const service = serviceOf(server)
  const isLesson = service.startsWith('lesson-')
  const command = `'${process.execPath}' '${SERVE}' {port} '${id}' {host} '${FOLDER}'`
  const isUdp = framing === 'datagram'
  const transport = isUdp ? 'udp' : 'tcp'
  const readyPattern = isLesson ? /^listening$/m : null
  const spec = { kind: 'exec', command, readyPattern, transport } as const
  const messageBytesMax = isUdp ? DATAGRAM_BYTES_MAX : MESSAGE_BYTES_MAX
  return { spec, framing, service, messageBytesMax, ours: true, right }
}

const serverOf = (mutant: Mutant): ConnectionClass | DatagramServerClass =>
  'connection' in mutant ? mutant.connection : mutant.datagrams

const framingOf = (mutant: Mutant): string => serverOf(mutant).framing

test('ids are words, and none is there twice', () => {
  const ids = MUTANTS.map(({ id }) => id)
  expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(ids.length)
})

test('every mutant names cases that there are', () => {
  const known = new Set(CASES.map(({ id }) => id))
  for (const { id, killedBy } of MUTANTS) {
    expect([id, Object.keys(killedBy).filter((named) => !known.has(named))]).toEqual([id, []])
    expect(Object.keys(killedBy)).not.toBeEmpty()
  }
})

test('every case is meant to kill one', () => {
  const meant = new Set(MUTANTS.flatMap(({ killedBy }) => Object.keys(killedBy)))
  // Lessons are wrong by design and as good as mutants: lessons.test.ts proves what ledgers list.
  for (const { name } of LESSONS) for (const id of listedIn(name).keys()) meant.add(id)
  expect(CASES.map(({ id }) => id).filter((id) => !meant.has(id))).toEqual([])
})

describe.concurrent('a mutant is killed by each case that is meant for it', () => {
  test.each(MUTANTS.map((mutant) => [mutant.id, mutant] as const))(
    '%s',
    async (id, mutant) => {
      const cases = CASES.filter((item) => item.id in mutant.killedBy)
      const results = await runAgainst(subject(id, serverOf(mutant), false), cases)
      const survived = linesOf(
        results,
        ({ id, symptom }) => symptom !== null && mutant.killedBy[id]!.includes(symptom),
      )
      expect(survived).toEqual([])
    },
    RUN_MS_MAX,
  )
})

/** All cases where mutants break all kinds of them; a few and its own for every other server. */
function casesFor(framing: string): readonly Case[] {
  if (['u32be', 'json-header', 'datagram'].includes(framing)) return CASES
  const own = MUTANTS.filter((mutant) => framingOf(mutant) === framing)
  const meant = new Set(own.flatMap(({ killedBy }) => Object.keys(killedBy)))
  if (framing === 'raw') return CASES.filter(({ id }) => meant.has(id))
  const few = /^boundary\/(one-frame|two-frames-one-write|every-byte-apart)$/
  return CASES.filter(({ id }) => meant.has(id) || few.test(id))
}

describe.concurrent('a server that mutants are made from passes every case', () => {
  test.each(Object.entries(RIGHT))(
    '%s',
    async (id, server) => {
      const results = await runAgainst(subject(id, server, true), casesFor(server.framing))
      const failed = linesOf(results, ({ outcome, resources }) =>
        outcome === 'pass' ? resources !== 'leak' : outcome === 'unsupported',
      )
      expect(failed).toEqual([])
    },
    RUN_MS_MAX,
  )
})

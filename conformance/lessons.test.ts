/** Lessons are wrong by design: each is found out for what it teaches, and for nothing else. */
import { describe, expect, test } from 'bun:test'
import { CASES } from './registry.ts'
import { LESSONS, linesOf, listedIn, RUN_MS_MAX, runAgainst } from './testing.ts'

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024
const LESSON_CASES = CASES.filter(({ over }) => over === 'lessons')

describe.concurrent('a lesson fails the cases that its ledger lists, as it says, and no other', () => {
  test.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))(
    '%s',
    async (name, { service, singleConnection = false }) => {
      const limits = { framing: 'raw', messageBytesMax: MESSAGE_BYTES_MAX }
      const serve = { name: `tutorial/${name}`, service, ...limits }
      const spec = { kind: 'implementation', serve, transport: 'tcp' } as const
      const subject = { spec, service, ...limits, ours: true, right: false, singleConnection }
      const results = await runAgainst(subject, LESSON_CASES)
      const listed = listedIn(name)
      const surprises = linesOf(results, ({ id, outcome, symptom }) =>
        listed.has(id) ? symptom === listed.get(id) : ['pass', 'unsupported'].includes(outcome),
      )
      expect(surprises).toEqual([])
    },
    RUN_MS_MAX,
  )
})

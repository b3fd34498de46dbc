/** The lessons that do not answer each message, and what their ledgers say, for tests. */
import { readFileSync } from 'node:fs'
import { parseLedger } from './ledger.ts'

export interface LessonUnderTest {
  name: string
  service: string
  singleConnection?: boolean
}

export const LESSONS: readonly LessonUnderTest[] = [
  { name: 'one-exchange', service: 'lesson-one-exchange', singleConnection: true },
  { name: 'two-sends', service: 'lesson-two-sends' },
  { name: 'remote-command', service: 'lesson-commands' },
  { name: 'send-loses-tail', service: 'lesson-bulk' },
  { name: 'file-upload', service: 'lesson-uploads' },
  { name: 'file-download', service: 'lesson-downloads' },
]

/** Ids of cases, each with the symptom that the lesson shows in it. */
export function listedIn(name: string): ReadonlyMap<string, string> {
  const url = new URL(`../impl/tutorial/${name}/ledger.json`, import.meta.url)
  const { entries } = parseLedger(readFileSync(url, 'utf8'), url.pathname)
  return new Map(entries.map((entry) => [entry.case, [entry.symptom].flat()[0]!]))
}

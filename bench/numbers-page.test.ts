/** docs/how-the-numbers-are-made.md names the figures that the code goes by. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FULL_EXTENTS } from './extents.ts'
import { GENERATOR_SHARE_MAX, RUN_QUEUE_SHARE_MAX, SCHEDULE_LAG_NS_P99_MAX } from './warnings.ts'

const PAGE = 'docs/how-the-numbers-are-made.md'
const page = readFileSync(join(import.meta.dir, '..', PAGE), 'utf8')
const words = page.replaceAll(/\s+/g, ' ')
const { warmUp, measured } = FULL_EXTENTS
const ms = (extent: typeof warmUp): number => ('durationMs' in extent ? extent.durationMs : 0)

test.each([
  `${ms(warmUp)} ms of warm-up are left out, ${ms(measured)} ms are measured`,
  `From ${GENERATOR_SHARE_MAX * 100} % on, or when an open loop`,
  `more than ${SCHEDULE_LAG_NS_P99_MAX / 1_000} µs late (p99)`,
  `From ${RUN_QUEUE_SHARE_MAX * 100} % on the cell says so`,
])('%s', (claim) => {
  expect(words).toContain(claim)
})

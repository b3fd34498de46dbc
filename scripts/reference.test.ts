/** `docs/reference/` says what the program says now. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REFERENCE } from './reference/registry.ts'

test.each(REFERENCE)('$path is as the program is: npm run reference', ({ path, render }) => {
  expect(readFileSync(join(import.meta.dir, '..', path), 'utf8')).toBe(render())
})

test('each command is told with its options, each case with its mistake', () => {
  const [commands, cases] = REFERENCE.map(({ render }) => render())
  expect(commands).toContain('## files put\n\n```text\nUsage: framegate files put [options] <addr')
  expect(commands).toContain('  --html <file> ')
  expect(commands).toContain('Exit codes: 0 nothing is worse, 1 new failures,')
  expect(cases).toContain('### boundary/two-frames-one-write\n\nMUST, ALL-1, ALL-2\n\n- **sends**')
})

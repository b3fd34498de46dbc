/** What is made of the program says what the program says now, figures what was published. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { figuresOf } from './reference/published.ts'
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

test('figures are taken with their footnotes and machine, and never made up', () => {
  const on = '| CPU | A, 2 cores |\n| Bun | 1 |\n| started | 2026-01-02T03:04:05Z |\n'
  const glance = '| a |\n|:--|\n| 1 |\n\n<sub>b</sub>'
  const report = `# A\n\n## At a glance\n\n${glance}\n\n## Charts\n\n${on}`
  expect(figuresOf(report)).toBe(`${glance}\n\nMeasured on A, 2 cores, Bun 1, on 2026-01-02.`)
  expect(() => figuresOf('# A\n')).toThrow('no table at a glance')
})

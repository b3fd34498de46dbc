/** What the guide tells people to do with the lines that a gate adds to a history. */
import { afterAll, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderGateCsv } from '../reports/gate-csv.ts'
import { EXAMPLE_GATE } from '../reports/testdata/example-gate.ts'

describe('a history', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('the documented command makes one series of it, of numbers', () => {
    const { heading, lines } = renderGateCsv(EXAMPLE_GATE)
    const unmeasured = EXAMPLE_GATE.cells.map((cell) => ({ ...cell, ratio: null }))
    const later = renderGateCsv({ ...EXAMPLE_GATE, cells: unmeasured }).lines
    writeFileSync(join(folder, 'history.csv'), heading + lines + later + lines)
    const guide = readFileSync(join(import.meta.dir, '..', 'docs/gate.md'), 'utf8')
    const [, command] = /^\$ (awk .* > cpu\.csv)$/m.exec(guide)!
    execFileSync('/bin/sh', ['-c', command!], { cwd: folder })
    const rows = readFileSync(join(folder, 'cpu.csv'), 'utf8').trimEnd().split('\n')
    const named = rows.slice(1).map((row) => row.split(','))
    expect(rows[0]).toBe(heading.trimEnd())
    expect(named.map(([, , scenario, metric]) => `${scenario} ${metric}`)).toEqual([
      'ping-pong cpuNsPerMessage',
      'ping-pong cpuNsPerMessage',
    ])
    const { ratio } = EXAMPLE_GATE.cells.find(({ metric }) => metric === 'cpuNsPerMessage')!
    const columns = rows[0]!.split(',')
    for (const row of named) expect(row[columns.indexOf('ratio')]).toBe(String(ratio))
    for (const name of ['time', 'commit', 'ratio']) {
      expect(guide).toContain(name)
      expect(columns).toContain(name)
    }
  })
})

/** Files are written whole, and what is no file stays what it is. */
import { expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileWhole } from './files.ts'

test('a file appears whole, in a folder that is made for it; a pipe is written to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  try {
    const path = join(folder, 'new/a.txt')
    writeFileWhole(path, 'one')
    writeFileWhole(path, 'two')
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(join(folder, 'new'))).toEqual(['a.txt'])
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const reader = Bun.spawn(['cat', pipe], { stdout: 'pipe' })
    writeFileWhole(pipe, 'three')
    expect(await reader.stdout.text()).toBe('three')
    expect(statSync(pipe).isFIFO()).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

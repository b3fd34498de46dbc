/** Files are written whole, and what is no file stays what it is. */
import { expect, test } from 'bun:test'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appendTable, writeFileWhole } from './files.ts'

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

const TABLE = { heading: 'time,ratio\n', lines: '1,1.02\n' }

test('a table grows line by line, and has one heading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  try {
    const path = join(folder, 'new/history.csv')
    appendTable(path, TABLE)
    appendTable(path, TABLE)
    expect(readFileSync(path, 'utf8')).toBe('time,ratio\n1,1.02\n1,1.02\n')
    // As `touch`, and disks that were full, leave it.
    writeFileSync(path, '')
    appendTable(path, TABLE)
    expect(readFileSync(path, 'utf8')).toBe('time,ratio\n1,1.02\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A file system of 16 KiB that only this command sees. */
const onTinyDisk = (folder: string, command: readonly string[]) =>
  spawnSync(
    'unshare',
    ['-rm', 'sh', '-ec', 'mount -t tmpfs -o size=16k tiny "$0"; "$@"', folder, ...command],
    { encoding: 'utf8', timeout: 60_000 },
  )

const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tiny', tmpdir()]).status === 0

test.skipIf(!canMount)('a disk that gets full: what was there before is there, and whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  const script = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { appendTable, writeFileWhole } from ${JSON.stringify(join(import.meta.dir, 'files.ts'))}
    const tried = (what) => { try { what(); return 'written' } catch (error) { return error.code } }
    process.chdir(process.argv.at(-1))
    appendTable('h.csv', ${JSON.stringify(TABLE)})
    writeFileWhole('r.json', 'old')
    const large = 'x'.repeat(64 * 1024)
    const said = [
      tried(() => appendTable('h.csv', { heading: '', lines: large })),
      tried(() => appendTable('new.csv', { heading: large, lines: '' })),
      tried(() => writeFileWhole('r.json', large)),
      tried(() => writeFileWhole('other.json', large)),
    ]
    const files = readdirSync('.').sort().map((name) => [name, readFileSync(name, 'utf8')])
    console.log(JSON.stringify({ said, files }))
  `
  try {
    const argv = [process.execPath, '-e', script, folder]
    const { stdout, stderr } = onTinyDisk(folder, argv)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      said: ['ENOSPC', 'ENOSPC', 'ENOSPC', 'ENOSPC'],
      files: [
        ['h.csv', 'time,ratio\n1,1.02\n'],
        ['new.csv', ''],
        ['r.json', 'old'],
      ],
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

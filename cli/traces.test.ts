/** What a failure leaves behind: trace files, annotations, clauses in words. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readClauses } from './clauses.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ledger = join(folder, 'empty.json')
writeFileSync(ledger, JSON.stringify({ schema: 'framegate.ledger/1', entries: [] }))

async function conform(more: readonly string[], env: Record<string, string> = {}) {
  const cases = ['--case', 'boundary/two-frames-one-write', '--case', 'boundary/one-frame']
  const args = ['conform', 'naive-recv', ...cases, '--ledger', ledger, '--quiet', ...more]
  const argv = [process.execPath, join(ROOT, 'cli/main.ts'), ...args]
  const whole = { ...process.env, NO_COLOR: '1', GITHUB_ACTIONS: '', ...env }
  const child = Bun.spawn(argv, { cwd: ROOT, env: whole, stdout: 'pipe', stderr: 'pipe' })
  return { out: await child.stdout.text(), code: await child.exited }
}

const filesIn = (path: string) =>
  [...new Bun.Glob('**/*.*').scanSync(path)].toSorted((a, b) => a.localeCompare(b))

describe.concurrent('--trace', () => {
  test('a file for what did not pass: both directions, decoded, and how to repeat it', async () => {
    const path = join(folder, 'some')
    expect((await conform(['--trace', path])).code).toBe(EXIT.failed)
    const [data, file, ...others] = filesIn(path)
    expect(others).toEqual([])
    expect(data).toBe('naive-recv-raw-tcp/boundary/two-frames-one-write.json')
    expect(file).toBe('naive-recv-raw-tcp/boundary/two-frames-one-write.txt')
    const text = readFileSync(join(path, file!), 'utf8')
    expect(text).toStartWith('boundary/two-frames-one-write  fail: merged (two messages')
    expect(text).toMatch(/\n +\d+\.\d{3} ms {2}-> sent 10 bytes\n +0{8} {2}68 65 6c 6c 6f 77/)
    expect(text).toMatch(/\n +\d+\.\d{3} ms {2}<- received 38 bytes\n/)
    expect(text).toContain('\nwrites         5, 10; 15 bytes in all\n')
    expect(text).toContain('its socket: ESTABLISHED, 0 bytes unread')
    expect(text).toContain("\nrepeat    framegate conform naive-recv --framing 'raw'")
    expect(text).toContain('== what the subject printed\nready tcp://')
  })

  test('--trace-all: for what passed, too', async () => {
    const path = join(folder, 'all')
    await conform(['--trace', path, '--trace-all'])
    expect(filesIn(path).length).toBe(4)
  })
})

describe.concurrent('on the console', () => {
  test('a symptom and a clause are told in words', async () => {
    const { out } = await conform([])
    expect(out).toContain('    means     two messages came back as one\n')
    expect(out).toContain('    clause    ALL-1 Bytes alone decide. The frames that come out of a')
    expect(out).not.toContain('::error')
  })

  test('under GitHub Actions each failure is an annotation of one line', async () => {
    const { out } = await conform([], { GITHUB_ACTIONS: 'true' })
    const lines = out.split('\n').filter((line) => line.startsWith('::'))
    expect(lines.length).toBe(1)
    const title = 'naive-recv (raw)%3A boundary/two-frames-one-write'
    expect(lines[0]).toStartWith(`::error title=${title}::merged, two messages came back as one%0A`)
  })
})

test('every clause has words, on one line', () => {
  const clauses = readClauses()
  expect(clauses.size).toBeGreaterThan(30)
  for (const [id, words] of clauses) {
    expect(`${id}: ${words.length > 20}`).toBe(`${id}: true`)
    expect(words).not.toMatch(/\n|\*\*/)
  }
})

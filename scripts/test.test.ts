import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTests } from './bun-summary.ts'

/** Runs scripts/test.ts in a folder with this one test file. */
async function runOn(text: string, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-npm-test-'))
  try {
    writeFileSync(join(folder, 'a.test.ts'), `import { test } from 'bun:test'\n${text}`)
    const argv = [process.execPath, join(import.meta.dir, 'test.ts'), ...args]
    const run = Bun.spawn(argv, { cwd: folder, stdout: 'pipe', stderr: 'pipe' })
    const [out, err, code] = await Promise.all([run.stdout.text(), run.stderr.text(), run.exited])
    return { last: out.trimEnd().split('\n').at(-1), err, code }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const GOOD = `test('good', () => {})\n`

describe('npm test', () => {
  test('counts what passed, and nothing that was skipped', async () => {
    const ended = await runOn(`${GOOD}test.skip('later', () => {})`)
    expect(ended).toMatchObject({ last: '1 passed, 0 failed', code: 0 })
    expect(ended.err).toContain('(pass) good')
  })

  test('a failed test is counted', async () => {
    const ended = await runOn(`${GOOD}test('bad', () => { throw 1 })`)
    expect(ended).toMatchObject({ last: '1 passed, 1 failed', code: 1 })
  })

  test.each([
    ['cannot be loaded', `import { x } from './nowhere.ts'\ntest('x', () => x)`, 0],
    ['fails between tests', `setTimeout(() => { throw 1 })\n${GOOD}await Bun.sleep(9)`, 0],
    ['ends the process with 0', `${GOOD}test('exit', () => process.exit(0))`, 1],
    ['kills it', `${GOOD}test('kill', () => process.kill(process.pid, 'SIGKILL'))`, 1],
  ])('a file that %s is a failure', async (_, text, passed) => {
    expect(await runOn(text)).toMatchObject({ last: `${passed} passed, 1 failed`, code: 1 })
  })

  test('a program that a test left behind does not hold it up', async () => {
    const start = `Bun.spawn(['sleep', '3'], { stdio: ['ignore', 'ignore', 'inherit'] })`
    const text = `test('leaves', () => { ${start}.unref(); process.exit(0) })`
    const started = performance.now()
    expect(await runOn(text)).toMatchObject({ last: '0 passed, 1 failed', code: 1 })
    expect(performance.now() - started).toBeLessThan(2_500)
  })

  test.each([
    ['no file', ['nowhere']],
    ['no test', ['-t', 'nowhere']],
  ])('%s to run is exit code 4; arguments are handed on', async (_, args) => {
    expect(await runOn(GOOD, ...args)).toMatchObject({ last: '0 passed, 0 failed', code: 4 })
  })
})

describe('counting', () => {
  const summary = (passed: number, failed: number) =>
    `\n ${passed} pass\n ${failed} fail\n 9 expect() calls\nRan 9 tests across 2 files. [1.00ms]\n`

  test('colours do not matter', () => {
    const text = '\n\u001b[0m\u001b[32m 7 pass\u001b[0m\n 2 fail\nRan 9 tests across 1 file.'
    expect(countTests(text, 1)).toEqual({ passed: 7, failed: 2 })
  })

  test('a summary that a test prints is not believed', () => {
    const text = `${summary(99, 0)}(pass) one [1ms]\n(fail) two [1ms]\n${summary(1, 1)}`
    expect(countTests(text, 1)).toEqual({ passed: 1, failed: 1 })
  })

  test('an exit code is believed more than a summary', () => {
    expect(countTests(summary(3, 0), 1)).toEqual({ passed: 3, failed: 1 })
    expect(countTests(summary(3, 0), 0)).toEqual({ passed: 3, failed: 0 })
  })

  test('without a summary what was seen counts, and whatever ended it', () => {
    expect(countTests('(pass) a\n(fail) b\n', 0)).toEqual({ passed: 1, failed: 2 })
    expect(countTests('✓ a\n✗ b\n', 137)).toEqual({ passed: 1, failed: 2 })
    expect(countTests('', 127)).toEqual({ passed: 0, failed: 1 })
  })
})

/** Which Bun runs framegate, and what is said where there is none, or one that is too old. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { engines } from '../package.json' with { type: 'json' }
import { bunProblem } from './bun-version.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
setDefaultTimeout(30_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The launcher as it is installed, beside no npm package `bun`. */
const launcher = join(folder, 'framegate/cli/bin/framegate.mjs')
cpSync(join(ROOT, 'cli/bin'), dirname(launcher), { recursive: true })
cpSync(join(ROOT, 'package.json'), join(folder, 'framegate/package.json'))
writeFileSync(join(folder, 'framegate/cli/main.ts'), 'console.log(Bun.version)')

/** A folder for the PATH that has Node, and perhaps a `bun` that says this version. */
function pathWith(version: string | null): string {
  const path = mkdtempSync(join(folder, 'path-'))
  symlinkSync(Bun.which('node')!, join(path, 'node'))
  if (version === null) return path
  writeFileSync(join(path, 'bun'), `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 })
  return path
}

async function launch(path: string) {
  const env = { PATH: path, HOME: folder }
  const child = Bun.spawn([join(path, 'node'), launcher], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

const MINIMUM = engines.bun.replace('>=', '')

describe.concurrent('without the npm package', () => {
  test.each(['1.0.36', '0.8.1', '1.3.99'])('a bun that is too old: %s', async (version) => {
    const path = pathWith(version)
    const { code, out, err } = await launch(path)
    expect({ code, out, lines: err.trim().split('\n').length }).toEqual({
      code: EXIT.nothingRan,
      out: '',
      lines: 1,
    })
    expect(err).toContain(`framegate needs Bun ${MINIMUM} or later`)
    expect(err).toContain(`${join(path, 'bun')} is Bun ${version}. Run "bun upgrade"`)
  })

  test('a bun that does not tell', async () => {
    const { code, err } = await launch(pathWith('What?'))
    expect([code, err]).toEqual([EXIT.nothingRan, expect.stringContaining('does not tell its')])
  })

  test('none at all', async () => {
    const { code, err } = await launch(pathWith(null))
    expect(code).toBe(EXIT.nothingRan)
    expect(err).toContain('there is no bun in the PATH. Run "npm install" again')
  })

  test('the placeholder of a switched-off install script is none', async () => {
    const path = join(mkdtempSync(join(folder, 'path-')), 'node_modules/.bin')
    mkdirSync(path, { recursive: true })
    symlinkSync(Bun.which('node')!, join(path, 'node'))
    writeFileSync(join(path, 'bun'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expect((await launch(path)).err).toContain('there is no bun in the PATH')
  })

  test('one that is new enough runs it', async () => {
    const path = pathWith(null)
    symlinkSync(process.execPath, join(path, 'bun'))
    expect(await launch(path)).toEqual({ code: EXIT.ok, out: `${Bun.version}\n`, err: '' })
  })
})

describe('the Bun that is running', () => {
  test('is new enough', () => expect(bunProblem()).toBeNull())

  test.each(['1.0.0', '1.3.99', '0.9.9'])('%s is too old, and is told what to do', (version) => {
    expect(bunProblem(version)).toContain(
      `needs Bun ${MINIMUM} or later, and this is Bun ${version}`,
    )
    expect(bunProblem(version)).toContain('npx framegate')
  })

  test.each([MINIMUM, '1.10.0', '2.0.0'])('%s is not', (version) => {
    expect(bunProblem(version)).toBeNull()
  })
})

/** Completions in real shells: what is offered for what has been typed. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'results'))
writeFileSync(join(folder, 'report.json'), '{}')

async function run(...argv: string[]) {
  const env = { ...process.env, HOME: folder, NO_COLOR: '1' }
  const child = Bun.spawn(argv, { cwd: folder, env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

async function scriptFor(shell: string): Promise<string> {
  const { code, out } = await run(process.execPath, join(ROOT, 'cli/main.ts'), 'completions', shell)
  expect(code).toBe(EXIT.ok)
  const path = join(folder, `framegate.${shell}`)
  writeFileSync(path, out)
  return path
}

/** What has been typed, and words that have to be offered; `not` must not be. */
const TYPED: readonly (readonly [typed: string, offered: readonly string[], not: string])[] = [
  ['', ['conform', 'init', 'completions'], 'serve-nothing'],
  ['conf', ['conform', 'conform-client'], 'compare'],
  ['conform --fra', ['--framing'], '--exec'],
  ['conform --framing u3', ['u32be', 'u32le'], 'u16be'],
  ['conform --case boundary/two-f', ['boundary/two-frames-one-write'], 'boundary/one-frame'],
  ['conform length-p', ['length-prefixed', 'length-prefixed-send'], 'line'],
  ['--quiet serve naive-r', ['naive-recv'], 'line'],
  ['bench line --scenario ping', ['ping-pong'], 'bulk'],
  ['explain client/header-ch', ['client/header-chopped'], 'boundary/one-frame'],
  ['files p', ['put'], 'get'],
  ['report rep', ['report.json'], 'results'],
]

describe('bash', () => {
  test.skipIf(Bun.which('bash') === null)('offers what fits', async () => {
    const script = await scriptFor('bash')
    // As readline calls it: the words so far, and which of them is under the cursor.
    const asked = TYPED.map(([typed]) => {
      const words = typed.split(' ').map((word) => `'${word}'`)
      const line = `COMP_WORDS=(framegate ${words.join(' ')}); COMP_CWORD=${words.length}`
      return `${line}; _framegate; echo "$(IFS=' '; echo "\${COMPREPLY[*]}")"`
    })
    const program = ['set -u', `source '${script}'`, 'complete -p framegate', ...asked].join('\n')
    const { code, out, err } = await run('bash', '--norc', '-c', program)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [registered, ...lines] = out.trimEnd().split('\n')
    expect(registered).toBe('complete -F _framegate framegate')
    for (const [at, [typed, offered, not]] of TYPED.entries()) {
      const words = lines[at]!.split(' ')
      expect({ typed, words }).toEqual({ typed, words: expect.arrayContaining([...offered]) })
      expect({ typed, words }).not.toEqual({ typed, words: expect.arrayContaining([not]) })
    }
  })
})

describe('fish', () => {
  const isMissing = Bun.which('fish') === null
  test.skipIf(isMissing)('offers what fits (skipped where there is no fish)', async () => {
    const script = await scriptFor('fish')
    const asked = TYPED.map(
      ([typed]) => `complete -C 'framegate ${typed}' | cut -f1 | string join ' '`,
    )
    const program = [`source '${script}'`, ...asked].join('\n')
    const { out, err } = await run('fish', '--no-config', '-c', program)
    expect(err).toBe('')
    const lines = out.trimEnd().split('\n')
    for (const [at, [typed, offered]] of TYPED.entries()) {
      const words = lines[at]!.split(' ')
      expect({ typed, words }).toEqual({ typed, words: expect.arrayContaining([...offered]) })
    }
  })
})

describe('zsh', () => {
  const isMissing = Bun.which('zsh') === null
  test.skipIf(isMissing)('takes the script (skipped where there is no zsh)', async () => {
    const script = await scriptFor('zsh')
    const program = `source '${script}'; print -r -- $_comps[framegate]`
    const { code, out } = await run('zsh', '-f', '-c', program)
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('_framegate') })
  })
})

test('another shell: 2, with those that there are', async () => {
  const argv = [process.execPath, join(ROOT, 'cli/main.ts'), 'completions', 'tcsh']
  const { code, err } = await run(...argv)
  expect(code).toBe(EXIT.usage)
  expect(err).toContain('no completions for "tcsh". There are: bash, zsh, fish.')
})

/** The example servers in compiled languages are right, where there is a compiler to try them. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './cli/exit-codes.ts'

const ROOT = import.meta.dir
const folder = mkdtempSync(join(tmpdir(), 'framegate-examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Example {
  file: string
  compiler: string
  /** Builds `file` into `program`. */
  build(compiler: string, file: string, program: string): string[]
}

const EXAMPLES: readonly Example[] = [
  {
    file: 'echo.c',
    compiler: 'cc',
    build: (cc, file, program) => [cc, '-O2', '-Wall', '-Werror', '-pthread', '-o', program, file],
  },
  {
    file: 'echo.rs',
    compiler: 'rustc',
    build: (rustc, file, program) => [rustc, '-O', '-o', program, file],
  },
  {
    file: 'echo.go',
    compiler: 'go',
    build: (go, file, program) => [go, 'build', '-o', program, file],
  },
]

async function run(argv: string[], environment: Record<string, string> = {}) {
  const env = { ...process.env, ...environment }
  const child = Bun.spawn(argv, { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ])
  return { text: `${out}${err}`, code }
}

describe.concurrent('right by the whole suite', () => {
  for (const { file, compiler, build } of EXAMPLES) {
    const found = Bun.which(compiler)
    test.skipIf(found === null)(file, async () => {
      const program = join(folder, file.replace('.', '-'))
      const home = { GOCACHE: join(folder, 'go'), GOFLAGS: '-mod=mod' }
      const built = await run(build(found!, join('examples/servers', file), program), home)
      expect(built).toEqual({ text: expect.any(String), code: 0 })
      const conform = ['conform', '--exec', `${program} {port}`, '--framing', 'u32be']
      const judged = await run([
        process.execPath,
        'cli/main.ts',
        '--quiet',
        ...conform,
        '--max-frame',
        '1MiB',
      ])
      if (judged.code !== EXIT.ok) throw new Error(judged.text)
    })
  }
})

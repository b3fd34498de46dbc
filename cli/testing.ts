/**
 * The command as a person or a script starts it, and the package as somebody who installed it has
 * it: what `npm pack` packs, beside our packages.
 */
import { mkdirSync, mkdtempSync, renameSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')

export interface Surroundings {
  cwd?: string
  env?: Record<string, string>
}

export const startFramegate = (
  args: readonly string[],
  { cwd = ROOT, env = {} }: Surroundings = {},
) =>
  Bun.spawn([process.execPath, join(ROOT, 'cli/main.ts'), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })

/** Runs it to its end, elsewhere than in this checkout. */
export async function framegateIn(surroundings: Surroundings, ...args: string[]) {
  const child = startFramegate(args, surroundings)
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

export const framegate = (...args: string[]) => framegateIn({}, ...args)

/** A folder in which `framegate` is installed. Whoever asks for it removes it. */
export async function projectWithPackage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-project-'))
  const packed = await run(ROOT, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const tarball = join(folder, packed.trim().split('\n').at(-1)!)
  await run(folder, 'tar', '-xzf', tarball)
  mkdirSync(join(folder, 'node_modules'))
  const home = join(folder, 'node_modules/framegate')
  renameSync(join(folder, 'package'), home)
  // What npm would have installed beside it.
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
  return folder
}

async function run(cwd: string, ...argv: string[]): Promise<string> {
  const child = Bun.spawn(argv, { cwd, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  if ((await child.exited) !== 0) throw new Error(`${argv.join(' ')} failed:\n${out}${err}`)
  return out
}

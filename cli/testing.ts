/** The package as somebody who installed it has it: what `npm pack` packs, beside our packages. */
import { mkdirSync, mkdtempSync, renameSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dir, '..')

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

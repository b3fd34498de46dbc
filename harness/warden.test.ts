/** Whatever becomes of the process that started subjects, nothing of them is left behind. */
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './reactor.ts'
import { isAlive, isLinux, soon } from './testing.ts'

const LAUNCHER = fileURLToPath(new URL('./testdata/launcher.ts', import.meta.url))

interface Started {
  pids: number[]
  folder: string
}

/** A process that has started subjects, and what it started. */
async function startLauncher(how: 'run' | 'freeze') {
  const child = Bun.spawn([process.execPath, LAUNCHER, how], { stdout: 'pipe', stderr: 'ignore' })
  let said = ''
  for await (const chunk of child.stdout as unknown as AsyncIterable<Uint8Array>) {
    said += new TextDecoder().decode(chunk)
    if (said.includes('\n')) break
  }
  const started = JSON.parse(said) as Started
  expect(started.pids.length).toBeGreaterThanOrEqual(4)
  expect(started.pids.filter((pid) => !isAlive(pid))).toEqual([])
  expect(existsSync(started.folder)).toBe(true)
  return { child, ...started }
}

const isNothingLeft = ({ pids, folder }: Started): boolean =>
  !pids.some(isAlive) && !existsSync(folder)

describe.skipIf(!isLinux)('nothing is left of a process that', () => {
  test.each([
    ['was killed outright', 'run', 'SIGKILL'],
    ['was killed while its subjects were stopped', 'freeze', 'SIGKILL'],
    ['was ended', 'run', 'SIGTERM'],
    ['was ended while its subjects were stopped', 'freeze', 'SIGTERM'],
    ['was interrupted', 'run', 'SIGINT'],
    ['lost its terminal', 'run', 'SIGHUP'],
    ['crashed', 'run', 'SIGABRT'],
  ] as const)('%s', async (_, how, signal) => {
    const launcher = await startLauncher(how)
    launcher.child.kill(signal)
    await launcher.child.exited
    expect(await until(() => isNothingLeft(launcher), soon())).toBe(true)
  })
})

test.skipIf(!isLinux)('the warden is told at once: nobody is killed too early for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  const warden = JSON.stringify(join(import.meta.dir, 'warden.ts'))
  const script = `import { guardFolder } from ${warden}
    guardFolder(${JSON.stringify(folder)})
    process.kill(process.pid, 'SIGKILL')`
  const child = Bun.spawn([process.execPath, '-e', script], { stderr: 'ignore' })
  await child.exited
  expect(child.signalCode).toBe('SIGKILL')
  expect(await until(() => !existsSync(folder), soon())).toBe(true)
})

test.skipIf(!isLinux)('processes of another launcher are left alone', async () => {
  const [one, other] = await Promise.all([startLauncher('run'), startLauncher('run')])
  one.child.kill('SIGKILL')
  expect(await until(() => isNothingLeft(one), soon())).toBe(true)
  expect(other.pids.filter((pid) => !isAlive(pid))).toEqual([])
  other.child.kill('SIGKILL')
  expect(await until(() => isNothingLeft(other), soon())).toBe(true)
})

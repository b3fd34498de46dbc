import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { launch } from './launch.ts'
import { until } from './reactor.ts'
import { isLinux, shell, soon } from './testing.ts'
import { ThreadWatch } from './thread-watch.ts'

const openFiles = () => readdirSync('/proc/self/fd').length

test.skipIf(!isLinux)('threads that sleep, one that runs, and another in its place', async () => {
  // One thread after the other: their number is the same with each of them.
  const program = `trap '' USR1
python3 -c '
import signal, threading, time
def spin():
    until = time.monotonic() + 0.2
    while time.monotonic() < until: pass
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("started", flush=True)
while True:
    signal.sigwait([signal.SIGUSR1])
    thread = threading.Thread(target=spin); thread.start(); thread.join()'`
  await using subject = await launch(shell(program, /^started/m))
  const before = openFiles()
  {
    using watch = new ThreadWatch()
    const sleeps = () => watch.areAll(subject.members(), 'S')
    expect(await until(sleeps, soon())).toBe(true)
    for (let turn = 0; turn < 2; turn++) {
      subject.signal('SIGUSR1')
      expect(await until(() => !sleeps(), soon())).toBe(true)
      expect(await until(sleeps, soon())).toBe(true)
    }
    expect(openFiles()).toBeGreaterThan(before)
  }
  expect(openFiles()).toBe(before)
})

test.skipIf(!isLinux)('more threads than files are kept open for', async () => {
  const program = `python3 -c '
import threading, time
for _ in range(400): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
print("started", flush=True)
time.sleep(1000)'`
  await using subject = await launch(shell(program, /^started/m))
  using watch = new ThreadWatch()
  const before = openFiles()
  expect(await until(() => watch.areAll(subject.members(), 'S'), soon())).toBe(true)
  expect(openFiles() - before).toBeLessThan(300)
  await subject.freeze()
  expect(watch.areAll(subject.members(), 'S')).toBe(false)
  expect(watch.areAll(subject.members(), 'T')).toBe(true)
})

test.skipIf(!isLinux)('processes that have ended stop nobody', async () => {
  using watch = new ThreadWatch()
  const subject = await launch(shell('echo started; sleep 1000', /^started/m))
  const members = subject.members()
  expect(await until(() => watch.areAll(members, 'S'), soon())).toBe(true)
  await subject.kill()
  // What was orphaned is a zombie until somebody asks for it.
  expect(await until(() => watch.areAll(members, 'ZX'), soon())).toBe(true)
})

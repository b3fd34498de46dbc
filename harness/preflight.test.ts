import { expect, test } from 'bun:test'
import { nowMs } from './clock.ts'
import { onCore } from './cores.ts'
import { detectEnvironment, readCpuTimes } from './environment.ts'
import { lookAtLoopback } from './loopback-look.ts'
import { preflight, warningsOf } from './preflight.ts'

const QUIET = {
  loadPerCore: 0.1,
  busyShare: 0.01,
  stealShare: 0,
  latenessMsP95: 0.2,
  runQueueShare: 0.01,
  roundTripMsP50: 0.01,
  roundTripMsP999: 0.05,
}

test('a quiet machine gets no warning, whatever cannot be seen', () => {
  expect(warningsOf(QUIET)).toEqual([])
  expect(warningsOf({ ...QUIET, busyShare: null, stealShare: null, runQueueShare: null })).toEqual(
    [],
  )
})

test('each kind of noise gets its own', () => {
  const noisy = {
    loadPerCore: 1.5,
    busyShare: 0.4,
    stealShare: 0.05,
    latenessMsP95: 3,
    runQueueShare: 0.3,
    roundTripMsP50: 0.012,
    roundTripMsP999: 2.5,
  }
  expect(warningsOf(noisy)).toEqual([
    'load average is 1.50 per core: something else runs',
    'other processes use 40.0 % of the cores right now',
    'the hypervisor takes 5.0 % of the time away',
    'timers come up to 3.0 ms late: expect long tails',
    'a program with work waits for its core 30.0 % of the time: others run there',
    'a round trip over loopback takes 12 µs, but one of 1,000 takes 2.5 ms',
  ])
})

test('a look at this machine takes less than 3 s', async () => {
  const startMs = nowMs()
  expect(await preflight()).toBeArray()
  expect(nowMs() - startMs).toBeLessThan(3_000)
})

test('who shares a core waits for it, and is told so', async () => {
  if (process.platform !== 'linux') return
  // Spins on the core that is looked at, so that the kernel has to share it out.
  const spin = onCore(0, () => Bun.spawn([process.execPath, '-e', 'console.log(1); for (;;);']))
  try {
    await spin.stdout.getReader().read()
    const { runQueueShare, roundTripMsP50 } = onCore(0, () => lookAtLoopback(300))
    expect(runQueueShare).toBeGreaterThan(0.1)
    expect(roundTripMsP50).toBeGreaterThan(0)
  } finally {
    spin.kill('SIGKILL')
    await spin.exited
  }
})

test('the environment names what a figure depends on', () => {
  const environment = detectEnvironment(42)
  expect(environment).toMatchObject({ seed: 42, bun: Bun.version })
  expect(environment.framegate).toMatch(/^\d+\.\d+\.\d+/)
  expect(environment.cores).toBeGreaterThan(0)
  expect(environment.memoryBytes).toBeGreaterThan(0)
  expect(new Date(environment.startedAt).toISOString()).toBe(environment.startedAt)
  expect(environment.commit === null).toBe(environment.dirty === null)
  if (environment.commit !== null) expect(environment.commit).toMatch(/^[0-9a-f]{40,64}$/)
})

test('steal is a part of all time', () => {
  const times = readCpuTimes()
  if (process.platform === 'linux') expect(times!.total).toBeGreaterThan(times!.idle + times!.steal)
  else expect(times).toBeNull()
})

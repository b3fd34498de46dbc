import { expect, test } from 'bun:test'
import { detectEnvironment, readCpuTimes } from './environment.ts'
import { preflight, warningsOf } from './preflight.ts'

const QUIET = { loadPerCore: 0.1, busyShare: 0.01, stealShare: 0, latenessMsP95: 0.2 }

test('a quiet machine gets no warning, whatever cannot be seen', () => {
  expect(warningsOf(QUIET)).toEqual([])
  expect(warningsOf({ ...QUIET, busyShare: null, stealShare: null })).toEqual([])
})

test('each kind of noise gets its own', () => {
  const noisy = { loadPerCore: 1.5, busyShare: 0.4, stealShare: 0.05, latenessMsP95: 3 }
  expect(warningsOf(noisy)).toEqual([
    'load average is 1.50 per core: something else runs',
    'other processes use 40.0 % of the cores right now',
    'the hypervisor takes 5.0 % of the time away',
    'timers come up to 3.0 ms late: expect long tails',
  ])
})

test('a look at this machine comes back', async () => {
  expect(await preflight()).toBeArray()
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

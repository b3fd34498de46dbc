import { expect, test } from 'bun:test'
import { machineTimeScale, scaleFrom } from './time-scale.ts'

test('deadlines are never shortened, and never made longer than anybody waits', () => {
  expect(scaleFrom(1)).toBe(1)
  expect(scaleFrom(14)).toBe(1)
  expect(scaleFrom(35)).toBe(2.5)
  expect(scaleFrom(100_000)).toBe(10)
})

test('this machine has one, which is measured once for many cases', () => {
  const scale = machineTimeScale()
  expect(scale).toBeWithin(1, 10.01)
  expect(machineTimeScale()).toBe(scale)
})

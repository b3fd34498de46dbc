import { expect, test } from 'bun:test'
import type { LoadFigures } from '../harness/load.ts'
import { warningsOf } from './warnings.ts'

const quiet: LoadFigures = {
  kind: 'measured',
  messages: 10_000,
  durationNs: 1e9,
  messagesFirstHalf: 5_000,
  histogram: '',
  serviceHistogram: '',
  generatorCpuShare: 0.5,
  scheduleLagNsP99: null,
  offeredPerSecond: null,
  unsentMessages: 0,
  idleRssBytes: null,
  unreadTakenBytes: null,
  datagrams: null,
  subject: {
    cpuNs: 5e8,
    runQueueNs: 1e6,
    rssBytesMax: 1e7,
    contextSwitches: 100,
    systemShare: 0.5,
  },
}
const warned = (changes: Partial<LoadFigures>, inFlight = 1) =>
  warningsOf([quiet, quiet, { ...quiet, ...changes }].fill({ ...quiet, ...changes }), 3, inFlight)

test('a quiet run has none', () => {
  expect(warned({})).toEqual([])
  expect(warned({ subject: null, messagesFirstHalf: null })).toEqual([])
})

test('each disturbance has its own', () => {
  expect(warned({ generatorCpuShare: 0.97 })).toEqual([
    'generator-bound: the generator used 97 % of its core, the subject may be faster',
  ])
  expect(warned({ scheduleLagNsP99: 900_000 })[0]).toContain('up to 900 µs late')
  expect(warned({ scheduleLagNsP99: 194_249_000 })[0]).toContain('up to 194 ms late')
  expect(warned({ scheduleLagNsP99: 90_000, generatorCpuShare: 1 })).toEqual([])
  expect(warned({ unsentMessages: 5 })[0]).toContain('were never sent')
  expect(warned({ subject: { ...quiet.subject!, runQueueNs: 3e8 } })).toEqual([
    'the subject waited for its core in 30 % of the time: ' +
      'other programs ran there, or more threads than one',
  ])
  // Ten threads that wait at the same time.
  expect(warned({ subject: { ...quiet.subject!, runQueueNs: 95e8 } })[0]).toStartWith(
    "the subject's threads waited for its core 9.5 times as long as was measured: ",
  )
  expect(warned({ messagesFirstHalf: 4_000 })).toEqual([
    'the second half of the time carried 50 % more than the first: not steady',
  ])
  expect(warned({ messagesFirstHalf: 6_000 })[0]).toContain('33 % less')
  expect(
    warningsOf([quiet, { ...quiet, messages: 12_000, messagesFirstHalf: 6_000 }], 3, 1),
  ).toEqual(['interrupted: 2 of 3 launches', 'throughput differs by 18 % from launch to launch'])
})

test('what is in flight at the half is no drift', () => {
  const few = { messages: 14, messagesFirstHalf: 6 }
  expect(warned(few, 2)).toEqual([])
  expect(warned({ messages: 10_000, messagesFirstHalf: 4_000 }, 2_048)).toEqual([])
})

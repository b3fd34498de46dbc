/** Evidence in the words of the page: frames across writes, ends, and what is left out. */
import { expect, test } from 'bun:test'
import type { ConnectionEvidence } from '../../conformance/evidence.ts'
import { traceOf } from './trace.ts'

type Decoded = ConnectionEvidence['sent']
const NOTHING: Decoded = { messages: [], restBytes: 0, isCut: false, malformed: null }
const HELLO = { bytes: 5, hex: '68656c6c6f' }

const connection = (some: Partial<ConnectionEvidence>): ConnectionEvidence => ({
  local: '127.0.0.1:1',
  subject: '127.0.0.1:2',
  events: [],
  sentBytes: 0,
  receivedBytes: 0,
  sent: NOTHING,
  received: NOTHING,
  endedBy: 'nobody',
  ended: null,
  socket: null,
  ...some,
})

const textsOf = (...connections: ConnectionEvidence[]) =>
  traceOf('a/b', { connections, output: '' }).events.map(({ text }) => text)

const sent = (atMs: number, bytes: number) =>
  ({ atMs, direction: 'sent', bytes, hex: 'ab'.repeat(bytes) }) as const

test('says which frames begin, end and lie in a write, and what is no frame', () => {
  const messages = [
    { ...HELLO, endsAt: 9 },
    { bytes: 0, hex: '', endsAt: 13 },
    { bytes: 2, hex: '00ff', endsAt: 19 },
  ]
  const cut = connection({
    events: [sent(0, 3), sent(1, 2), sent(2, 10), sent(3, 4), sent(4, 2)],
    sent: { ...NOTHING, messages, restBytes: 2 },
  })
  expect(textsOf(cut)).toEqual([
    'frame 1 begins',
    'inside frame 1',
    'frame 1 ends: 5 bytes "hello"\nframe 2: 0 bytes\nframe 3 begins',
    'frame 3 ends: 2 bytes 00 ff',
    'of a frame that never became whole',
  ])
  const bad = { ...NOTHING, restBytes: 3, malformed: 'a length of 4 GiB' }
  expect(textsOf(connection({ events: [sent(0, 3)], sent: bad }))).toEqual([
    'no frame: a length of 4 GiB',
  ])
  const unread = { ...NOTHING, restBytes: 3, isCut: true }
  expect(textsOf(connection({ events: [sent(0, 3)], sent: unread }))).toEqual(['not decoded'])
})

test('connections are told in one order, with their ends and sockets', () => {
  const ended = { direction: 'ended', bytes: 0, hex: '' } as const
  const first = connection({
    events: [sent(1, 1), { ...ended, atMs: 4 }],
    ended: 'rst',
    socket: { state: 'CLOSE_WAIT', receiveQueueBytes: 1, sendQueueBytes: 2_000 },
  })
  const second = connection({ events: [{ ...ended, direction: 'finished', atMs: 2 }] })
  const { events } = traceOf('a/b', { connections: [first, second], output: 'x\n' })
  expect(events.map(({ atMs, connection, kind, text }) => [atMs, connection, kind, text])).toEqual([
    [1, 1, 'sent', 'of a frame that never became whole'],
    [2, 2, 'closed', 'our FIN'],
    [4, 1, 'closed', 'reset (RST) by the subject'],
    [4, 1, 'note', "in the end the subject's socket is CLOSE_WAIT, 1 byte unread, 2,000 unsent"],
  ])
})

test('a long case keeps its beginning and its end, and a bounded part of its bytes', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => sent(index, 1_000))
  const messages = many.map((_, index) => ({ ...HELLO, endsAt: (index + 1) * 5 }))
  const { events } = traceOf('a/b', {
    connections: [connection({ events: many, sent: { ...NOTHING, messages } })],
    output: 'x'.repeat(10_000),
  })
  expect(events.length).toBe(101)
  expect(events[80]!.text).toBe('1,900 events left out here')
  expect(events[0]!.text.split('\n')).toEqual([
    ...Array.from({ length: 4 }, (_, index) => `frame ${index + 1}: 5 bytes "hello"`),
    'and 196 more frames',
  ])
  expect(JSON.stringify(events).length).toBeLessThan(32_000)
  const hexBytes = events.reduce((sum, { hex }) => sum + hex.length / 2, 0)
  expect(hexBytes).toBe(2_048)
})

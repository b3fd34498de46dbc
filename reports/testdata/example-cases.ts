/** MADE-UP EXAMPLE DATA FOR TESTS. Cases and faults as a conformance run might report them. */
import type { CaseResult, Level, Outcome, Symptom } from '../../conformance/result.ts'

interface ExampleCase {
  id: string
  level: Level
  clauses: string[]
}

const rows = (category: string, level: Level, clauses: string[], names: string[]) =>
  names.map((name): ExampleCase => ({ id: `${category}/${name}`, level, clauses }))

export const EXAMPLE_CASES: readonly ExampleCase[] = [
  ...rows(
    'boundary',
    'must',
    ['ALL-1', 'ALL-2'],
    [
      'one-frame-one-write',
      'two-frames-one-write',
      'three-sizes-one-write',
      'thousand-tiny-frames',
      'split-after-every-byte',
      'split-inside-header',
      'split-between-header-and-body',
      'tail-and-next-frame',
      'empty-message-between-two',
      'frame-of-read-size',
    ],
  ),
  ...rows(
    'integrity',
    'must',
    ['ALL-2'],
    [
      'all-byte-values',
      'random-mebibyte',
      'invalid-utf8-untouched',
      'interleaved-sizes-keep-order',
    ],
  ),
  ...rows(
    'writer',
    'must',
    ['ALL-8'],
    [
      'reply-larger-than-send-buffer',
      'slow-reader-gets-every-byte',
      'queue-keeps-order-while-blocked',
    ],
  ),
  ...rows('flow', 'must', ['ALL-9'], ['silent-reader-bounded-memory', 'bystander-not-delayed']),
  ...rows(
    'lifecycle',
    'must',
    ['ALL-6', 'ALL-7'],
    [
      'end-on-frame-boundary',
      'end-inside-header',
      'end-inside-body',
      'half-close-still-answered',
      'reset-does-not-stop-server',
    ],
  ),
  ...rows(
    'limits',
    'must',
    ['ALL-4', 'ALL-5'],
    [
      'exactly-max',
      'max-plus-one-refused',
      'length-refused-before-body',
      'negative-length-refused',
    ],
  ),
  ...rows('resources', 'should', ['ALL-11'], ['idle-burns-no-cpu', 'time-grows-with-bytes']),
  ...rows('observe', 'observe', [], ['close-with-unread-bytes']),
]

/** How one case of one subject departs from a pass. */
export interface Departure {
  outcome: Outcome
  symptom: Symptom | null
  detail: string
  expected: boolean
}

export const departure = (
  outcome: Outcome,
  symptom: Symptom | null,
  detail: string,
  expected = true,
): Departure => ({ outcome, symptom, detail, expected })

const MERGED = departure(
  'fail',
  'merged',
  'Sent 2 messages, "first" and "second", in one write. Expected 2 replies; got 1 of 11 bytes: ' +
    '"firstsecond".',
)

const RAW_UNASKED = departure('unsupported', null, '')

/** Faults of a server that takes one recv for one message. */
export const RAW_FAULTS: Readonly<Record<string, Departure>> = {
  'boundary/two-frames-one-write': MERGED,
  'boundary/three-sizes-one-write': departure(
    'fail',
    'merged',
    'Sent messages of 1 B, 65,536 B and 1 B in one write. Expected 3 replies; got 2, the first ' +
      'of 65,536 B.',
  ),
  'boundary/thousand-tiny-frames': departure(
    'fail',
    'merged',
    'Sent 1,000 messages of 1 B in one write. Expected 1,000 replies; got 1 of 1,000 B.',
  ),
  'boundary/split-after-every-byte': departure(
    'fail',
    'split',
    'Sent one message of 9 B in 9 writes, each read before the next. Expected 1 reply; got 9.',
  ),
  'boundary/split-inside-header': RAW_UNASKED,
  'boundary/split-between-header-and-body': RAW_UNASKED,
  'boundary/empty-message-between-two': RAW_UNASKED,
  'boundary/tail-and-next-frame': departure(
    'fail',
    'merged',
    'The end of message 1 and all of message 2 came in one write. Expected 2 replies; got 1.',
  ),
  'integrity/random-mebibyte': departure(
    'fail',
    'split',
    'Sent one message of 1 MiB. Expected 1 reply; got 16 of up to 65,536 B.',
  ),
  'integrity/interleaved-sizes-keep-order': departure(
    'fail',
    'merged',
    'Sent 64 messages of 1 B to 32 KiB without waiting. Expected 64 replies; got 21.',
  ),
  'lifecycle/end-inside-header': RAW_UNASKED,
  'lifecycle/end-inside-body': departure(
    'fail',
    'truncated-delivered',
    'The stream ended 4 bytes into a message of 9. Expected no reply; got those 4 bytes.',
  ),
  'limits/exactly-max': departure(
    'fail',
    'split',
    'Sent one message of 16 MiB. Expected 1 reply; got 256.',
  ),
  'limits/max-plus-one-refused': departure(
    'fail',
    'not-rejected',
    'Sent one message of 16 MiB and 1 byte. Expected a close without a reply; got 257 replies.',
  ),
  'limits/length-refused-before-body': RAW_UNASKED,
  'limits/negative-length-refused': RAW_UNASKED,
}

/** Faults of a writer that ignores how much of a write was taken. */
export const SEND_FAULTS: Readonly<Record<string, Departure>> = {
  'writer/reply-larger-than-send-buffer': departure(
    'fail',
    'lost-bytes',
    'Sent one message of 32 MiB and read the reply slowly. Expected 33,554,432 B; got ' +
      '2,621,440 B, then nothing: 30,932,992 B were lost.',
  ),
  'writer/slow-reader-gets-every-byte': departure(
    'fail',
    'lost-bytes',
    'Read the reply of 8 MiB at 1 MiB/s. Expected 8,388,608 B; got 2,621,440 B.',
  ),
  'writer/queue-keeps-order-while-blocked': departure(
    'timeout',
    'hung',
    'Sent 1,000 messages of 64 KiB before reading. Reply 41 of 1,000 never completed.',
  ),
  'limits/exactly-max': departure(
    'fail',
    'lost-bytes',
    'Sent one message of 16 MiB. Expected 16,777,216 B; got 2,621,440 B.',
  ),
}

const OBSERVED = departure(
  'pass',
  null,
  'Closed with 4,096 unread bytes: the peer saw a reset (RST) after the last reply.',
)

const PASSED = departure('pass', null, '')

export const exampleCaseResult = (
  { id, level, clauses }: ExampleCase,
  subject: string,
  faults: Readonly<Record<string, Departure>>,
  index: number,
): CaseResult => {
  const plain = level === 'observe' ? OBSERVED : PASSED
  const { outcome, symptom, detail, expected } = faults[id] ?? plain
  return {
    id,
    level,
    outcome,
    close: { by: 'harness', how: 'fin', unreadBytes: 0 },
    resources: 'not-observed',
    expected,
    symptom,
    detail,
    clauses,
    seed: 7,
    durationMs: 4 + ((index * 37) % 90),
    repro: `framegate conform ${subject} --case ${id} --seed 7`,
    schedule: 'proven',
  }
}

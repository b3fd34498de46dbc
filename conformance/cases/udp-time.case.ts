/** The service `time` over datagrams: a message is a format of strftime, the reply local time. */
import { allOf, needs } from '../case.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { text } from './bytes.ts'
import { overUdp } from './datagrams.ts'

const TRIES = 5
const LONG_BYTES = 1_500

const two = (number: number): string => String(number).padStart(2, '0')
const dateOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
const clockOf = (at: Date): string =>
  [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')

export const udpTime = overUdp([
  {
    id: 'udp/time-in-a-format',
    level: 'must',
    clauses: ['DG-1'],
    sends: 'The formats "%Y-%m-%d", "%H:%M" and "%%Y is %Y".',
    expects: 'The local time in each.',
    finds: 'Another clock, another time zone, or directives that are not strftime’s.',
    unsupported: needs.time,
    async run(trial) {
      await asks(trial, '%Y-%m-%d', dateOf)
      await asks(trial, '%H:%M', (at) => clockOf(at).slice(0, 5))
      await asks(trial, '%%Y is %Y', (at) => `%Y is ${at.getFullYear()}`)
    },
  },
  {
    id: 'udp/time-of-an-empty-message',
    level: 'must',
    clauses: ['DG-2', 'ALL-3'],
    sends: 'An empty datagram.',
    expects: 'Date and time as "%Y-%m-%d %X" has them.',
    finds: 'An empty message taken for an end, or answered with nothing.',
    unsupported: needs.time,
    async run(trial) {
      await asks(trial, '', (at) => `${dateOf(at)} ${clockOf(at)}`)
    },
  },
  {
    id: 'udp/time-unknown-directive',
    level: 'must',
    clauses: ['DG-1'],
    sends: 'A format with directives that do not exist, and a percent sign at its end.',
    expects: 'They come back as they are, as the C library does it.',
    finds: 'Formats that are refused, or directives that disappear.',
    unsupported: needs.time,
    async run(trial) {
      await asks(trial, '%Q %! %d %', (at) => `%Q %! ${two(at.getDate())} %`)
    },
  },
  {
    id: 'udp/time-around-text',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: 'A format with text in several languages around its directives.',
    expects: 'The text as it was, byte for byte.',
    finds: 'Formats that go through another encoding.',
    unsupported: needs.time,
    async run(trial) {
      await asks(
        trial,
        '今は%Y年%m月 — Größe %d',
        (at) => `今は${at.getFullYear()}年${two(at.getMonth() + 1)}月 — Größe ${two(at.getDate())}`,
      )
    },
  },
  {
    id: 'udp/time-in-a-long-format',
    level: 'must',
    clauses: ['DG-3'],
    sends: `A format of ${LONG_BYTES} bytes with a directive at its end.`,
    expects: 'All of it back, the directive replaced.',
    finds: 'A recv(1024), as many programs have it: what does not fit is cut off unseen.',
    unsupported: allOf(needs.time, needs.messageBytes(LONG_BYTES)),
    async run(trial) {
      const before = 'x'.repeat(LONG_BYTES - 2)
      await asks(trial, `${before}%Y`, (at) => before + at.getFullYear())
    },
  },
])

/** Sends the format; a wrong reply that the clock may have overtaken is asked for again. */
async function asks(trial: Trial, format: string, expected: (at: Date) => string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const dialogue = await trial.open()
    const wanted = expected(new Date())
    dialogue.oweReply(text(wanted))
    await dialogue.sendDatagram(text(format))
    try {
      await dialogue.replies()
      return
    } catch (error) {
      const isOvertaken = expected(new Date()) !== wanted
      if (!(error instanceof CaseFailure) || !isOvertaken) throw error
    }
  }
  throw new Inconclusive(`The clock went on during each of ${TRIES} tries.`)
}

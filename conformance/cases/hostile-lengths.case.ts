/** Lengths that a stranger may announce: refused early, and at no cost. */
import { allOf, defineCases, needs } from '../case.ts'
import { HELLO, type Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { joined, letters } from './bytes.ts'
import { canAnnounce, mustRefuse, overMax } from './refusals.ts'
import { memoryOf } from './resources.ts'

const MIB = 1_048_576

export const hostileLengths = defineCases([
  {
    id: 'hostile/length-over-max',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'A header that announces one byte more than the largest message, and nothing else.',
    expects: 'The connection is ended, without waiting for the body.',
    finds: 'Limits that are missing, off by one, or looked at only when the body is there.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax)),
    async run(trial) {
      const length = BigInt(trial.messageBytesMax) + 1n
      const header = trial.framing.announce(length)!
      await mustRefuse(
        trial,
        header,
        `A length of ${length} (the limit is ${trial.messageBytesMax})`,
      )
    },
  },
  {
    id: 'hostile/length-all-ones',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'The largest length that the header can spell.',
    expects: 'The connection is ended.',
    finds: 'Lengths that overflow, or buffers of that size.',
    unsupported: allOf(
      needs.announcedLength,
      canAnnounce(() => 2n ** 31n - 1n),
      (subject) =>
        subject.framing.messageBytesMax <= subject.messageBytesMax
          ? 'every length it can spell is allowed'
          : null,
    ),
    async run(trial) {
      const length = [2n ** 64n - 1n, 2n ** 63n - 1n, 2n ** 32n - 1n, 2n ** 31n - 1n].find(
        (candidate) => trial.framing.announce(candidate) !== null,
      )!
      await mustRefuse(trial, trial.framing.announce(length)!, `A length of ${length}`)
    },
  },
  {
    id: 'hostile/length-negative',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5', 'LP-3'],
    sends: 'Lengths of -1 and of the smallest signed number.',
    expects: 'The connection is ended each time.',
    finds: 'Negative sizes used as sizes: a read of nothing, of everything, or a crash.',
    unsupported: allOf(
      needs.announcedLength,
      canAnnounce(() => -1n),
    ),
    async run(trial) {
      for (const length of [-1n, -5n, -(2n ** 31n)]) {
        const header = trial.framing.announce(length)!
        await mustRefuse(trial, joined(header, HELLO), `A length of ${length}`)
      }
    },
  },
  {
    id: 'hostile/length-with-top-bit',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'Lengths whose highest bit is set: 0x80000000 and 0x80000005.',
    expects: 'The connection is ended each time.',
    finds: 'Unsigned lengths read as signed: the size becomes negative, or small.',
    unsupported: allOf(
      needs.announcedLength,
      canAnnounce(() => 2n ** 31n),
      (subject) => (subject.messageBytesMax >= 2 ** 31 ? 'such a length is allowed' : null),
    ),
    async run(trial) {
      for (const length of [2n ** 31n, 2n ** 31n + 5n]) {
        const header = trial.framing.announce(length)!
        await mustRefuse(trial, joined(header, HELLO), `A length of ${length}`)
      }
    },
  },
  {
    id: 'hostile/length-near-wrap',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'Lengths just below 2^32, that wrap when the size of the header is added.',
    expects: 'The connection is ended each time.',
    finds: 'Header and body sizes added in 32 bits: 4,294,967,292 + 4 is 0.',
    unsupported: allOf(
      needs.announcedLength,
      canAnnounce(() => 2n ** 32n - 4n),
      (subject) => (subject.messageBytesMax >= 2 ** 32 - 8 ? 'such a length is allowed' : null),
    ),
    async run(trial) {
      for (const length of [2n ** 32n - 8n, 2n ** 32n - 4n, 2n ** 32n - 1n]) {
        const header = trial.framing.announce(length)!
        await mustRefuse(trial, joined(header, HELLO), `A length of ${length}`)
      }
    },
  },
  {
    id: 'hostile/length-wider-than-32-bits',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5', 'LP-2'],
    sends: 'Lengths whose low 32 bits are a small number: 2^32 + 5, 2^53 + 1, 2^63 + 5.',
    expects: 'The connection is ended each time.',
    finds: 'Lengths cut to 32 bits, or rounded to a floating-point number.',
    unsupported: allOf(
      needs.announcedLength,
      canAnnounce(() => 2n ** 32n + 5n),
    ),
    async run(trial) {
      for (const length of [2n ** 32n + 5n, 2n ** 53n + 1n, 2n ** 63n + 5n]) {
        const header = trial.framing.announce(length)
        if (header) await mustRefuse(trial, joined(header, HELLO), `A length of ${length}`)
      }
    },
  },
  {
    id: 'hostile/announced-length-not-allocated',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-4'],
    sends: 'Connections that each announce the largest message and send one byte of it.',
    expects: 'They cost no more memory than as many that announce two bytes.',
    finds: 'Buffers allocated for an announced length, before a byte of it has come.',
    unsupported: allOf(needs.announcedLength, needs.started, needs.messageBytes(MIB / 2)),
    async run(trial) {
      await trial.openProven()
      const count = trial.messageBytesMax < 4 * MIB ? 100 : 40
      // What was collected meanwhile is no gain to be paid back by the others.
      const little = Math.max(0, await costOf(trial, count, 2n))
      const large = await costOf(trial, count, BigInt(trial.messageBytesMax))
      const budget = (count * trial.messageBytesMax) / 4
      if (large - little <= budget) return
      const [least, most] = [little, large].map((bytes) => bytes.toLocaleString('en'))
      throw new CaseFailure(
        'memory',
        `${count} connections that announce two bytes cost ${least} bytes of memory, as many that announce ${trial.messageBytesMax.toLocaleString('en')} cost ${most}.`,
      )
    },
  },
])

/** Memory that connections cost which announce a length and send one byte of it. */
async function costOf(trial: Trial, count: number, length: bigint): Promise<number> {
  const header = trial.framing.announce(length)!
  const before = memoryOf(trial)
  const dialogues = []
  for (let i = 0; i < count; i++) {
    const dialogue = await trial.open()
    dialogues.push(dialogue)
    await dialogue.split([joined(header, letters(1))])
  }
  const grown = memoryOf(trial) - before
  for (const dialogue of dialogues) dialogue.peer.close()
  return grown
}

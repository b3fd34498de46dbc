/** A server that lies, babbles, or speaks something else: the client ends, and not with 0. */
import { joined, letters, text } from '../../cases/bytes.ts'
import { ReplyReader } from '../../reply-reader.ts'
import {
  allOf,
  type ClientCase,
  type ClientTraits,
  defineClientCases,
  needs,
} from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import { canSpell, type Length, overMax, overMaxByFar, spelled } from './lengths.ts'
import { FIRST, HELLO, WORLD } from './messages.ts'

const KIB = 1024
const MIB = KIB * KIB

/** A header that must be refused without waiting for its message, which never comes. */
const announces = (
  words: Pick<ClientCase, 'id' | 'sends' | 'finds'>,
  length: Length,
): ClientCase => ({
  ...words,
  level: 'must',
  clauses: ['ALL-4', 'ALL-5'],
  expects: 'The client ends, not with status 0, without waiting for the message.',
  unsupported: allOf(needs.announcedLength, canSpell(length)),
  async run(trial) {
    const wanted = length(trial.options.traits)!
    const visit = await trial.visit([HELLO])
    await visit.heard()
    await visit.send(trial.framing.announce(wanted)!)
    const limit = `the limit is ${trial.messageBytesMax.toLocaleString('en')}`
    await visit.fails(
      `A reply announced ${wanted.toLocaleString('en')} bytes (${limit})`,
      'refused',
    )
  },
})

/** What servers of other protocols say first. */
const BANNERS: Readonly<Record<string, string>> = {
  'http-banner': 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  'ssh-banner': 'SSH-2.0-OpenSSH_9.6\r\n',
  'mail-banner': '220 mail.example.org ready\r\n',
}

/** Would a right reader of this framing take a whole message from these bytes? */
function readsMessage({ framing, messageBytesMax }: ClientTraits, bytes: Uint8Array): boolean {
  if (framing.family === 'delimited' || framing.family === 'fixed') return true
  const reader = new ReplyReader(framing, false)
  reader.push(bytes)
  return reader.messages.some(({ length }) => length <= messageBytesMax)
}

const babble = ([id, words]: readonly [string, string]): ClientCase => ({
  id: `client/${id}`,
  level: 'must',
  clauses: ['ALL-5', 'ALL-6'],
  sends: `A greeting of another protocol ("${words.split('\r')[0]}"), then the end of the stream.`,
  expects: 'Nothing is printed, and the client does not end with status 0.',
  finds: 'Bytes that are taken for a reply because they came.',
  unsupported: (client) =>
    readsMessage(client, text(words)) ? `in ${client.framing.id} these bytes are a message` : null,
  async run(trial) {
    const visit = await trial.visit([HELLO])
    await visit.heard()
    await visit.atOnce(text(words), true)
    await visit.fails('The server spoke another protocol')
  },
})

/** More than the longest message, of which no end is in sight. */
async function sendsWithoutEnd(trial: ClientTrial) {
  const visit = await trial.visit([HELLO])
  await visit.heard()
  const frame = trial.frame(letters(trial.messageBytesMax + 64 * KIB, 'x'))
  await visit.send(frame.subarray(0, -1))
  await visit.fails('A reply was longer than the limit, without an end in sight', 'refused')
}

export const hostile = defineClientCases([
  announces(
    {
      id: 'client/length-over-max',
      sends: 'A header that announces one byte more than the largest message, and nothing else.',
      finds: 'Limits that are missing, off by one, or looked at when the message is there.',
    },
    overMax,
  ),
  announces(
    {
      id: 'client/length-all-ones',
      sends: 'The largest length that the header can spell.',
      finds: 'Lengths that overflow, or buffers of that size.',
    },
    overMaxByFar,
  ),
  announces(
    {
      id: 'client/length-negative',
      sends: 'A length of -1.',
      finds: 'Negative sizes used as sizes: a read of nothing, of everything, or a crash.',
    },
    spelled(-1n),
  ),
  announces(
    {
      id: 'client/length-with-top-bit',
      sends: 'A length whose highest bit is set: 0x80000005.',
      finds: 'Unsigned lengths read as signed: the size becomes negative, or small.',
    },
    spelled(2n ** 31n + 5n),
  ),
  announces(
    {
      id: 'client/length-near-wrap',
      sends: 'A length just below 2^32, that wraps when the size of the header is added.',
      finds: 'Header and message sizes added in 32 bits.',
    },
    spelled(2n ** 32n - 4n),
  ),
  announces(
    {
      id: 'client/length-wider-than-32-bits',
      sends: 'A length whose low 32 bits are a small number: 2^32 + 5.',
      finds: 'Lengths cut to 32 bits.',
    },
    spelled(2n ** 32n + 5n),
  ),
  {
    id: 'client/over-max-in-full',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'A whole reply of one byte more than the largest message.',
    expects: 'It is not printed, and the client does not end with status 0.',
    finds: 'Limits that nobody looks at.',
    unsupported: allOf(
      ({ framing, messageBytesMax }) =>
        framing.messageBytesMax > messageBytesMax ? null : 'no longer message can be spelled',
      ({ messageBytesMax }) =>
        messageBytesMax <= 16 * MIB ? null : 'more than 16 MiB would take too long',
    ),
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      await visit.send(trial.frame(letters(trial.messageBytesMax + 1, 'x')))
      await visit.fails('A reply was one byte longer than the limit', 'refused')
    },
  },
  {
    id: 'client/without-end',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'A reply that is longer than the largest message and does not end.',
    expects: 'The client ends, not with status 0, without waiting for the end.',
    finds: 'Buffers that grow as long as something comes.',
    unsupported: allOf(
      ({ framing }) =>
        ['delimited', 'stuffed'].includes(framing.family) ? null : 'a length comes in front',
      ({ messageBytesMax }) =>
        messageBytesMax <= 16 * MIB ? null : 'more than 16 MiB would take too long',
    ),
    run: sendsWithoutEnd,
  },
  ...Object.entries(BANNERS).map(babble),
  {
    id: 'client/garbage-behind-reply',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A right reply and, where the next is due, a length over the limit.',
    expects: 'At most one line, and the client does not end with status 0.',
    finds: 'Streams that are trusted once they have been right.',
    unsupported: allOf(needs.announcedLength, canSpell(overMax)),
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      const header = trial.framing.announce(overMax(trial.options.traits)!)!
      await visit.atOnce(joined(visit.owing(FIRST), header))
      await visit.fails('The second reply announced more than the limit', 'refused')
    },
  },
])

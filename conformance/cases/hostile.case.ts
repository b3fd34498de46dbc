/** What a stranger may send: refused early, at bounded cost, and nobody else notices. */
import { allOf, defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { chopped, cutAt, joined, letters, repeat, text } from './bytes.ts'
import { canAnnounce, mustRefuse, overMax } from './refusals.ts'
import { descriptorsOf, mustRelease } from './resources.ts'

export const hostile = defineCases([
  {
    id: 'hostile/nothing-after-refused',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A length over the limit with legal messages behind it.',
    expects: 'Nothing behind the refused frame is answered; the connection is ended.',
    finds: 'Servers that skip a bad header and take the next bytes for a message.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax)),
    async run(trial) {
      const header = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!
      const legal = repeat(5, () => trial.frame(HELLO))
      await mustRefuse(trial, joined(header, ...legal), 'What follows a length over the limit')
    },
  },
  {
    id: 'hostile/messages-before-refused',
    level: 'should',
    clauses: ['ALL-5'],
    sends: 'Three messages and a length over the limit that arrive together.',
    expects: 'Three replies, then the end of the connection.',
    finds: 'Replies that are owed dropped, or destroyed by a reset, because of what came behind.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax)),
    async run(trial) {
      const dialogue = await trial.openProven()
      const legal = dialogue.owing(HELLO, text('two'), text('three'))
      const header = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!
      await dialogue.merge(joined(legal, header, letters(1_000)))
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'hostile/refused-harms-nobody',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Ten refused frames on ten connections, and a bystander that exchanges messages.',
    expects: 'The bystander notices nothing.',
    finds: 'One bad client that ends the process, or another’s connection.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax)),
    async run(trial) {
      const bystander = await trial.openProven()
      const header = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!
      for (let i = 0; i < 10; i++) {
        await mustRefuse(trial, header, 'A length over the limit')
        await trial.exchange(bystander)
      }
    },
  },
  {
    id: 'hostile/refused-are-released',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A hundred connections with a refused frame each, closed when they were refused.',
    expects: 'The server keeps none of them.',
    finds: 'Descriptors that are given back on every path but the one for errors.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax), needs.started),
    async run(trial) {
      await trial.openProven()
      const before = descriptorsOf(trial)
      const header = trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!
      for (let i = 0; i < 100; i++) {
        const dialogue = await trial.open()
        await dialogue.send(header)
        await dialogue.refused('A length over the limit')
        dialogue.peer.close()
      }
      await mustRelease(trial, before, '100 connections that were refused')
    },
  },
  {
    id: 'hostile/other-protocols',
    level: 'must',
    clauses: ['ALL-5', 'ALL-6'],
    sends: 'An HTTP request, a TLS hello and an SSH banner, each with the end of the stream.',
    expects: 'No crash; the connection is ended; a bystander notices nothing.',
    finds: 'Strangers’ bytes that crash the parser or make it wait for ever.',
    unsupported: needs.framing,
    async run(trial) {
      const bystander = await trial.openProven()
      for (const greeting of GREETINGS) {
        const dialogue = await trial.open()
        await dialogue.send(greeting)
        dialogue.finish()
        await dialogue.endsAnyhow()
        await trial.exchange(bystander)
      }
    },
  },
  {
    id: 'hostile/cut-off-at-every-byte',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'A frame cut off by the end of the stream after each of its bytes.',
    expects: 'Never a reply; the connection is closed each time.',
    finds: 'Partial messages that are delivered for some lengths and not for others.',
    unsupported: needs.framing,
    async run(trial) {
      const frame = trial.frame(text('cut me'))
      for (let length = 1; length < frame.length; length++) {
        const dialogue = await trial.open()
        await dialogue.send(frame.subarray(0, length))
        dialogue.finish()
        await dialogue.endsWithoutPartial()
        dialogue.peer.close()
      }
    },
  },
  {
    id: 'hostile/header-bit-flips',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A frame with each bit of its header flipped in turn, then the end of the stream.',
    expects: 'Refused, or taken for another legal frame: never a crash, never a stuck server.',
    finds: 'Header values that nobody thought of.',
    unsupported: needs.framing,
    async run(trial) {
      const bystander = await trial.openProven()
      const frame = trial.frame(HELLO)
      const bits = 8 * trial.framing.headerBytes(HELLO)
      for (let bit = 0; bit < bits; bit++) {
        const flipped = frame.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const dialogue = await trial.open()
        await dialogue.send(flipped)
        dialogue.finish()
        await dialogue.endsAnyhow()
        dialogue.peer.close()
      }
      await trial.exchange(bystander)
    },
  },
  {
    id: 'hostile/trickle-harms-nobody',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Fifty connections that send a byte of a header now and then; a bystander.',
    expects: 'The bystander is served as if it were alone.',
    finds: 'A blocking read of one client in a loop that serves everybody.',
    async run(trial) {
      const bystander = await trial.openProven()
      const frame = trial.frame(letters(100))
      const trickles = []
      for (let i = 0; i < 50; i++) trickles.push(await trial.open())
      for (const chunk of [...chopped(frame, 1)].slice(0, 5)) {
        for (const dialogue of trickles) await dialogue.send(chunk)
        await starving(() => trial.exchange(bystander))
      }
    },
  },
  {
    id: 'hostile/garbage-behind-message',
    level: 'must',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'A message, then bytes that are no frame, then the end of the stream.',
    expects: 'The reply to the message; nothing else; the connection is ended.',
    finds: 'Garbage that takes the message before it down with it.',
    unsupported: allOf(needs.announcedLength, canAnnounce(overMax)),
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split([dialogue.owing(HELLO)])
      await dialogue.replies()
      await dialogue.send(new Uint8Array(64).fill(0xff))
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'hostile/hundred-half-frames',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'A hundred connections with half a frame each, then their other halves.',
    expects: 'A hundred replies, each on its own connection.',
    finds: 'State shared between connections, and limits that nobody declared.',
    async run(trial) {
      const frame = trial.frame(text('half and half'))
      const [first, second] = cutAt(frame, frame.length - 6)
      const dialogues = []
      for (let i = 0; i < 100; i++) {
        const dialogue = await trial.open()
        dialogues.push(dialogue)
        await dialogue.split([first!])
      }
      for (const dialogue of dialogues) {
        dialogue.owe(text('half and half'))
        await dialogue.split([second!])
        await dialogue.replies()
      }
    },
  },
])

const GREETINGS = [
  text('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, ...letters(40)),
  text('SSH-2.0-OpenSSH_9.6\r\n'),
]

async function starving(exchange: () => Promise<void>): Promise<void> {
  try {
    await exchange()
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error
    throw new CaseFailure('starved-others', `A bystander was not served: ${error.message}`)
  }
}

/** Frames that are refused, in every form they may arrive in, and what may follow them. */
import { allOf, defineCases, needs } from '../case.ts'
import type { Trial } from '../trial.ts'
import { HELLO } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { chopped, hex, joined, letters, repeat, text } from './bytes.ts'
import { mustKeepUp } from './pace.ts'
import { canAnnounce, overMax } from './refusals.ts'

const canRefuse = allOf(needs.announcedLength, canAnnounce(overMax))

const tooLong = (trial: Trial): Uint8Array =>
  trial.framing.announce(BigInt(trial.messageBytesMax) + 1n)!

export const hostileEndings = defineCases([
  {
    id: 'hostile/refused-in-pieces',
    level: 'must',
    clauses: ['ALL-1', 'ALL-4', 'ALL-5'],
    sends: 'A header over the limit, byte after byte, and a legal message behind it.',
    expects: 'The connection is ended; nothing is answered.',
    finds: 'Limits that are looked at only when a header comes in one read.',
    unsupported: canRefuse,
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.split(chopped(tooLong(trial), 1))
      await dialogue.send(trial.frame(HELLO))
      await dialogue.refused('A header over the limit, in pieces')
    },
  },
  {
    id: 'hostile/fresh-state-after-refusal',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A refused frame on one connection, then messages on a new one; five times.',
    expects: 'The new connection is served each time.',
    finds: 'An error that survives its connection.',
    unsupported: allOf(needs.manyConnections, canRefuse),
    async run(trial) {
      for (let round = 0; round < 5; round++) {
        const refused = await trial.open()
        await refused.send(joined(tooLong(trial), letters(20)))
        await refused.refused('A length over the limit')
        const next = await trial.open()
        await next.split(chopped(next.owing(text(`round ${round}`)), 3))
        await next.replies()
      }
    },
  },
  {
    id: 'hostile/refused-beside-half-frames',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Half a frame on each of three connections, a refused frame on a fourth, then the rest.',
    expects: 'Three replies.',
    finds: 'Errors that empty everybody’s buffer.',
    unsupported: canRefuse,
    async run(trial) {
      const others = [await trial.openProven(), await trial.openProven(), await trial.openProven()]
      const frames = others.map((other, i) => other.owing(text(`half a frame ${i}`)))
      for (const [i, other] of others.entries()) await other.split([frames[i]!.subarray(0, -5)])
      const refused = await trial.openProven()
      await refused.send(tooLong(trial))
      await refused.refused('A length over the limit')
      for (const [i, other] of others.entries()) await other.split([frames[i]!.subarray(-5)])
      for (const other of others) await other.replies()
    },
  },
  {
    id: 'hostile/body-of-refused-is-not-skipped',
    level: 'must',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'A length over the limit with all of its body, and legal messages behind it.',
    expects: 'The connection is ended; nothing behind is answered.',
    finds: 'Servers that read a refused message to its end and go on.',
    unsupported: canRefuse,
    async run(trial) {
      const dialogue = await trial.openProven()
      const body = letters(trial.messageBytesMax + 1)
      const legal = repeat(3, () => trial.frame(HELLO))
      await dialogue.send(joined(tooLong(trial), body, ...legal), true)
      await dialogue.refused('What follows a message over the limit')
    },
  },
  {
    id: 'hostile/sends-on-after-refusal',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A refused frame, and more and more bytes behind it for as long as they are taken.',
    expects: 'The connection is ended, the server goes on, and a bystander notices nothing.',
    finds: 'Bytes on a connection that is already given up, which nobody expects.',
    unsupported: canRefuse,
    async run(trial) {
      const bystander = await trial.openProven()
      const dialogue = await trial.openProven()
      await dialogue.send(tooLong(trial))
      const piece = new Uint8Array(1_000).fill(0xff)
      for (let i = 0; i < 50 && dialogue.peer.open; i++) {
        if (dialogue.peer.trySend(piece) === 'ended') break
        await dialogue.atRest()
      }
      await dialogue.refused('A length over the limit')
      await trial.exchange(bystander)
    },
  },
  {
    id: 'hostile/other-framings',
    level: 'must',
    clauses: ['ALL-5', 'ALL-6'],
    sends: 'A message in each of eight other framings, each with the end of the stream.',
    expects: 'No crash; the connection is ended; a bystander notices nothing.',
    finds: 'A client with the wrong settings that takes the server down.',
    unsupported: allOf(needs.manyConnections, needs.framing),
    async run(trial) {
      const bystander = await trial.openProven()
      for (const stranger of STRANGERS) {
        const dialogue = await trial.open()
        await dialogue.send(stranger)
        dialogue.finish()
        await dialogue.endsAnyhow()
        dialogue.peer.close()
        await trial.exchange(bystander)
      }
    },
  },
  {
    id: 'hostile/random-bytes',
    level: 'must',
    clauses: ['ALL-5', 'ALL-6'],
    sends: 'Random bytes on sixty connections, each with the end of the stream.',
    expects: 'No crash; every connection is ended; a bystander notices nothing.',
    finds: 'Values that nobody thought of.',
    unsupported: allOf(needs.manyConnections, needs.framing),
    async run(trial) {
      const bystander = await trial.openProven()
      for (let i = 0; i < 60; i++) {
        const dialogue = await trial.open()
        await dialogue.send(trial.random.bytes(trial.random.between(1, 300)))
        dialogue.finish()
        await dialogue.endsAnyhow()
        dialogue.peer.close()
      }
      await trial.exchange(bystander)
    },
  },
  {
    id: 'hostile/flood-of-empties',
    level: 'must',
    clauses: ['ALL-3', 'ALL-5'],
    sends: 'Thirty thousand empty messages as fast as they go, and a bystander.',
    expects: 'Thirty thousand empty replies; the bystander is served.',
    finds: 'Recursion over messages that cost nothing to send.',
    unsupported: needs.empty,
    async run(trial) {
      const bystander = await trial.openProven()
      const dialogue = await trial.openProven()
      await mustKeepUp(trial, dialogue, 30_000)
      const empties = repeat(30_000, () => new Uint8Array(0))
      await dialogue.send(dialogue.owing(...empties), true)
      await trial.exchange(bystander)
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'hostile/three-hundred-idle-connections',
    level: 'should',
    clauses: ['ALL-5'],
    sends: 'Three hundred connections that stay open and send nothing; then one more client.',
    expects: 'The one more is served, and so are the first and the last of them.',
    finds: 'Workers or tables that idle clients use up.',
    async run(trial) {
      const idle = []
      for (let i = 0; i < 300; i++) idle.push(await trial.open())
      try {
        await trial.exchange(await trial.open())
        await trial.exchange(idle[0]!)
        await trial.exchange(idle.at(-1)!)
      } catch (error) {
        if (!(error instanceof CaseFailure)) throw error
        const what = 'Beside three hundred idle connections one was not served'
        throw new CaseFailure('starved-others', `${what}: ${error.message}`)
      }
    },
  },
])

const STRANGERS: readonly Uint8Array[] = [
  joined(hex('00 05'), HELLO),
  joined(hex('05 00 00 00'), HELLO),
  joined(hex('00 00 00 00 00 00 00 05'), HELLO),
  joined(hex('05'), HELLO),
  text('5:hello,'),
  text('Content-Length: 5\r\n\r\nhello'),
  text('hello\n'),
  joined(hex('10 00 00 00'), text('{"total_size":5}'), HELLO),
  hex('06 68 65 6c 6c 6f 00'),
  hex('c0 68 65 6c 6c 6f c0'),
]

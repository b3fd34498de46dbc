/** Is every reply printed byte for byte, once, in order? */
import { counted, counting, hex, joined, repeat, text } from '../../cases/bytes.ts'
import { defineClientCases, needs } from '../client-case.ts'
import type { ClientTrial } from '../client-trial.ts'
import { FIRST, HELLO, requests, SECOND, WORLD } from './messages.ts'

const KIB = 1024

/** These replies in one segment or several, as the kernel likes. */
async function printsAll(trial: ClientTrial, replies: readonly Uint8Array[]) {
  const visit = await trial.visit(requests(replies.length))
  await visit.heard()
  await visit.send(visit.owing(...replies))
  await visit.succeeds()
}

export const integrity = defineClientCases([
  {
    id: 'client/all-byte-values',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A reply with each of the 256 bytes, and one with them backwards.',
    expects: 'Two lines with the same bytes.',
    finds: 'Bytes that are taken for characters, or for marks.',
    run: (trial) => printsAll(trial, [counting(256), counting(256).reverse()]),
  },
  {
    id: 'client/random-reply',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A reply of 64 KiB of random bytes.',
    expects: 'The same bytes.',
    finds: 'Rare bytes that are changed, and buffers that overlap.',
    run: (trial) => printsAll(trial, [trial.random.bytes(trial.atMost(64 * KIB - 1))]),
  },
  {
    id: 'client/not-utf8',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies that are no UTF-8: cut characters, surrogates, a byte-order mark.',
    expects: 'The same bytes.',
    finds: 'Replies decoded to text on the way: U+FFFD where bytes were.',
    run: (trial) =>
      printsAll(trial, [
        hex('e2 82'),
        hex('ed a0 80 ed bf bf'),
        hex('ef bb bf 68 69'),
        hex('ff fe fd 80'),
        text('grün 水 🙂'),
      ]),
  },
  {
    id: 'client/character-cut',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A reply of characters of two to four bytes, one byte at a time.',
    expects: 'The same bytes.',
    finds: 'Reads that are decoded to text one by one.',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.heard()
      const frame = visit.owing(text('ä水🙂'))
      const bytes = [...frame].map((byte) => Uint8Array.of(byte))
      await visit.split(bytes.slice(0, KIB))
      await visit.send(frame.subarray(KIB))
      await visit.succeeds()
    },
  },
  {
    id: 'client/line-ends-inside',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Replies with CR, LF, NUL, spaces and tabs, also at the start and at the end.',
    expects: 'The same bytes.',
    finds: 'Replies that are trimmed, or end at a NUL.',
    run: (trial) =>
      printsAll(trial, [
        text('\r\nab\r\n'),
        text('\0a\0\0'),
        text(' \t both ends \t '),
        text('\n\r'),
      ]),
  },
  {
    id: 'client/frames-inside',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A reply whose message is itself two whole frames.',
    expects: 'One line with these bytes.',
    finds: 'Decoders that look for a frame at the wrong place.',
    run: (trial) => printsAll(trial, [joined(trial.frame(FIRST), trial.frame(SECOND)), SECOND]),
  },
  {
    id: 'client/equal-replies',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Five replies that are all the same.',
    expects: 'Five lines.',
    finds: 'Replies that are taken for one that was seen already.',
    run: (trial) =>
      printsAll(
        trial,
        repeat(5, () => FIRST),
      ),
  },
  {
    id: 'client/order-kept',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Two hundred replies with their ordinals, short and long in turn.',
    expects: 'Two hundred lines, in order.',
    finds: 'Short replies that overtake long ones; replies that share a buffer.',
    run: (trial) =>
      printsAll(
        trial,
        repeat(200, (index) => counted(index, trial.atMost(index % 2 ? 5 : 1_500))),
      ),
  },
  {
    id: 'client/late-reply',
    level: 'should',
    clauses: ['ALL-2'],
    sends: 'A reply whose second half comes only when the client has waited for a second.',
    expects: 'One line.',
    finds: 'Silence taken for the end of a reply.',
    unsupported: needs.cut,
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      const frame = visit.owing(FIRST, SECOND)
      const half = Math.ceil(trial.frame(FIRST).length / 2)
      await visit.split([frame.subarray(0, half)])
      await visit.patience()
      await visit.send(frame.subarray(half))
      await visit.succeeds()
    },
  },
  {
    id: 'client/ends-by-itself',
    level: 'must',
    clauses: ['ALL-7'],
    sends: 'Every reply, and nothing more: the connection stays open.',
    expects: 'The client ends with status 0 when each request has its reply.',
    finds: 'Clients that wait for the server to close.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.send(visit.owing(FIRST, SECOND))
      await visit.succeeds()
    },
  },
  {
    id: 'client/no-request',
    level: 'should',
    clauses: ['ALL-2'],
    sends: 'Nothing: the client has no request to send.',
    expects: 'Nothing is printed, and the client ends with status 0.',
    finds: 'A reply awaited that nobody asked for.',
    run: (trial) => trial.idle(),
  },
  {
    id: 'client/reply-before-request',
    level: 'should',
    clauses: ['ALL-1'],
    sends: 'The reply, before the client has sent its request.',
    expects: 'It is the reply to the request, or the client says what is wrong. It never hangs.',
    finds: 'Bytes thrown away because they came early.',
    async run(trial) {
      const visit = await trial.visit([HELLO])
      await visit.send(visit.owing(FIRST))
      await visit.succeedsOrFails('The reply came before the request')
    },
  },
  {
    id: 'client/reply-for-nobody',
    level: 'observe',
    clauses: ['ALL-2'],
    sends: 'A third reply behind the two that are due, in the same segment.',
    expects: 'Two lines; the client ends with 0, or says what is wrong.',
    finds: 'Clients that print whatever comes.',
    async run(trial) {
      const visit = await trial.visit([HELLO, WORLD])
      await visit.heard()
      await visit.atOnce(joined(visit.owing(FIRST, SECOND), trial.frame(HELLO)))
      await visit.succeedsOrFails('A reply came that nobody had asked for')
    },
  },
])

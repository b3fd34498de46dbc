/** How connections begin and end: FIN, half-close, reset, restart. */

import { allOf, defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { Inconclusive } from '../verdict.ts'
import { counted, letters, numbered, repeat, text } from './bytes.ts'
import { UNREAD_BYTES } from './unread.ts'

const MIB = 1_048_576
export const lifecycle = defineCases([
  {
    id: 'lifecycle/fin-between-frames',
    level: 'must',
    clauses: ['ALL-6', 'ALL-7'],
    sends: 'Three messages; when they are answered, the end of the stream.',
    expects: 'The connection is closed cleanly, without another reply.',
    finds: 'Servers that answer the end of the stream, or keep the connection for ever.',
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([dialogue.owing(HELLO, HELLO, HELLO)])
      await dialogue.replies()
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/fin-inside-header',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'A message, then the end of the stream inside the next header.',
    expects: 'One reply; the connection is closed.',
    finds: 'Servers that wait for ever, or make a message of half a header.',
    unsupported: (subject) =>
      needs.framing(subject) ??
      (subject.framing.headerBytes(HELLO) < 2 ? 'the header is a single byte' : null),
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([dialogue.owing(HELLO), trial.frame(HELLO).subarray(0, 1)])
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/fin-inside-message',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'A message, then the end of the stream inside the next.',
    expects: 'One reply; the partial message is never answered.',
    finds: 'Partial messages delivered as if they were whole.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([dialogue.owing(HELLO), trial.frame(text('cut off')).subarray(0, -3)])
      dialogue.finish()
      await dialogue.endsWithoutPartial()
    },
  },
  {
    id: 'lifecycle/last-frame-with-fin',
    level: 'must',
    clauses: ['ALL-7'],
    sends: 'A message and the end of the stream, there to be read at the same moment.',
    expects: 'The reply, then the end.',
    finds: 'The last message lost when the end of the stream comes with it.',
    unsupported: needs.started,
    async run(trial) {
      const dialogue = await trial.openProven()
      const process = trial.process!
      if (!(await process.freeze())) throw new Inconclusive('The subject could not be stopped.')
      try {
        await dialogue.send(dialogue.owing(text('last words')))
        dialogue.finish()
      } finally {
        process.thaw()
      }
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/half-close-then-reply',
    level: 'must',
    clauses: ['ALL-7'],
    sends: 'A hundred messages at once and the end of the stream behind them.',
    expects: 'A hundred replies, then the end.',
    finds: 'A client’s FIN taken for its departure, replies still owed.',
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.send(dialogue.owing(...repeat(100, (i) => numbered(i, 50))))
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/half-close-with-slow-reader',
    level: 'must',
    clauses: ['ALL-7', 'ALL-8', 'ALL-9'],
    sends: 'More than the kernel holds, the end of the stream; and reads as late as it can.',
    expects: 'Every byte, then the end.',
    finds: 'What was queued for a slow reader dropped at its FIN.',
    unsupported: needs.messageBytes(255),
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 65_536 })
      const size = trial.atMost(MIB / 2)
      const messages = repeat(Math.ceil(UNREAD_BYTES / size), (i) => counted(i, size))
      const stream = dialogue.owing(...messages)
      const taken = await dialogue.sendUntilStalled(stream)
      await dialogue.send(stream.subarray(taken), true)
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/fin-while-replies-wait',
    level: 'must',
    clauses: ['ALL-7', 'ALL-8'],
    sends: 'Messages until the first reply no longer fits into the kernel; then the stream’s end.',
    expects: 'Every byte, then the end.',
    finds: 'Replies that wait to be written dropped at the client’s FIN.',
    unsupported: allOf(needs.longReplies, needs.framing, needs.messageBytes(255)),
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
      const size = trial.atMost(MIB / 16)
      const atOnce = Math.ceil(MIB / 16 / size)
      for (let round = 0; round < 512 && dialogue.waitingBytes() <= 0; round++) {
        const first = round * atOnce
        const messages = repeat(atOnce, (i) => counted(first + i, size))
        await dialogue.split([dialogue.owing(...messages)])
        await dialogue.atRest()
      }
      dialogue.finish()
      await dialogue.atRest()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/empty-message-then-fin',
    level: 'must',
    clauses: ['ALL-3', 'ALL-7'],
    sends: 'A header that announces zero bytes, then the end of the stream.',
    expects: 'One empty reply, then the end.',
    finds: 'An empty last message swallowed by the end of the stream.',
    unsupported: needs.empty,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(dialogue.owing(new Uint8Array(0)))
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/reset-anywhere',
    level: 'must',
    clauses: ['ALL-5', 'ALL-6'],
    sends: 'Connections reset when idle, inside a header, inside a message and behind one.',
    expects: 'The server goes on; those who came before and behind notice nothing.',
    finds: 'ECONNRESET that nobody handles, or that ends somebody else’s connection.',
    async run(trial) {
      const before = await trial.openProven()
      const frame = trial.frame(letters(50))
      for (const bytes of [0, 1, frame.length - 3, frame.length]) {
        const dialogue = await trial.open()
        const behind = await trial.openProven()
        const waiting = behind.owing(text('half of it is here'))
        const here = needs.framing(trial.options.traits) ? 0 : waiting.length - 5
        await behind.split([waiting.subarray(0, here)])
        await dialogue.split([frame.subarray(0, bytes)])
        dialogue.peer.reset()
        await trial.exchange(before)
        await behind.split([waiting.subarray(here)])
        await behind.replies()
      }
    },
  },
  {
    id: 'lifecycle/reset-while-writing',
    level: 'must',
    clauses: ['ALL-5', 'ALL-8'],
    sends: 'Messages until the server is stalled on its replies, then a reset.',
    expects: 'The server goes on; a bystander notices nothing.',
    finds: 'EPIPE and ECONNRESET on a write that nobody handles.',
    async run(trial) {
      const bystander = await trial.openProven()
      const size = trial.atMost(MIB / 2)
      const messages = repeat(Math.ceil(UNREAD_BYTES / size), () => trial.frame(letters(size)))
      for (let round = 0; round < 3; round++) {
        const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
        await dialogue.sendUntilStalled(Buffer.concat(messages))
        dialogue.peer.reset()
        await trial.exchange(bystander)
      }
    },
  },
  {
    id: 'lifecycle/fresh-state-after-truncation',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'Half a frame and a FIN; then the whole frame on a new connection.',
    expects: 'One reply on the second connection.',
    finds: 'A half-read frame that survives its connection.',
    unsupported: needs.framing,
    async run(trial) {
      const first = await trial.open()
      const frame = trial.frame(HELLO)
      await first.split([frame.subarray(0, frame.length - 2)])
      first.finish()
      await first.endsWithoutPartial()
      const second = await trial.open()
      await second.split([second.owing(HELLO)])
      await second.replies()
    },
  },
])

/** Empty messages are messages. */
import { defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { repeat, text } from './bytes.ts'

const WORLD = text('world')

export const boundaryEmpties = defineCases([
  {
    id: 'boundary/empty-message',
    level: 'must',
    clauses: ['ALL-3'],
    sends: 'An empty message, then an ordinary one.',
    expects: 'An empty reply, then the other.',
    finds: 'A length of zero taken for the end of the stream, or skipped.',
    unsupported: needs.empty,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([dialogue.owing(new Uint8Array(0))])
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'boundary/empty-between',
    level: 'must',
    clauses: ['ALL-1', 'ALL-3'],
    sends: 'An ordinary, an empty and an ordinary message that arrive together.',
    expects: 'Three replies, in order.',
    finds: 'Loops that end at a message of length zero.',
    unsupported: needs.empty,
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(HELLO, new Uint8Array(0), WORLD))
      await dialogue.replies()
    },
  },
  {
    id: 'boundary/hundred-empties',
    level: 'must',
    clauses: ['ALL-1', 'ALL-3'],
    sends: 'A hundred empty messages that arrive together, then an ordinary one.',
    expects: 'A hundred and one replies.',
    finds: 'Recursion or spinning on messages of length zero.',
    unsupported: needs.empty,
    async run(trial) {
      const dialogue = await trial.openProven()
      await dialogue.merge(dialogue.owing(...repeat(100, () => new Uint8Array(0))))
      await dialogue.replies()
      await trial.exchange(dialogue)
    },
  },
])

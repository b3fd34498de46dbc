/** Cases of what a JSON header may say: headers to accept, and headers to refuse. */
import { type Case, needs } from '../case.ts'
import { headerFrame } from '../reference/json-header.ts'
import { HELLO } from '../trial.ts'
import { joined } from './bytes.ts'
import { phrase } from './rules.ts'

type Rule = Pick<Case, 'id' | 'level' | 'clauses' | 'finds'>

/** A spelling that has to be accepted, with the five bytes `hello` behind it. */
export const accepted = (rule: Rule, sends: string, header: () => string | Uint8Array): Case => ({
  ...rule,
  sends,
  expects: 'The reply to its message.',
  unsupported: needs.jsonHeader,
  async run(trial) {
    const dialogue = await trial.openProven()
    dialogue.owe(HELLO)
    await dialogue.merge(joined(headerFrame(header()), HELLO))
    await dialogue.replies()
  },
})

/** Bytes that have to be refused; legal messages behind them must not be answered. */
export const refused = (rule: Rule, sends: string, bytes: () => Uint8Array): Case => ({
  ...rule,
  sends,
  expects: 'The connection is ended, nothing behind is answered.',
  unsupported: needs.jsonHeader,
  async run(trial) {
    const dialogue = await trial.openProven()
    await dialogue.send(joined(bytes(), HELLO, trial.frame(HELLO)))
    await dialogue.refused(phrase(sends))
  },
})

export const refusedHeader = (rule: Rule, sends: string, header: () => string | Uint8Array): Case =>
  refused(rule, sends, () => headerFrame(header()))

export const must = (id: string, clause: string, finds: string): Rule => ({
  id: `json-header/${id}`,
  level: 'must',
  clauses: [clause],
  finds,
})
export const should = (id: string, clause: string, finds: string): Rule => ({
  ...must(id, clause, finds),
  level: 'should',
})

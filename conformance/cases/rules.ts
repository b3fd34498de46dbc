/** Cases of what a framing demands of its own spelling: bytes to refuse, and bytes to accept. */
import type { Case, SubjectTraits } from '../case.ts'
import { HELLO } from '../trial.ts'
import { joined } from './bytes.ts'

export type Rule = Pick<Case, 'id' | 'level' | 'clauses' | 'finds'>

/** Only for subjects that speak this framing. */
export const speaks =
  (name: string) =>
  ({ framing }: SubjectTraits): string | null =>
    framing.id.split(/[:?]/)[0] === name ? null : `only ${name} has this`

/** `netstring/leading-zero` concerns subjects that speak netstring. */
const framingOf = (rule: Rule): string => rule.id.split('/')[0]!

/** A sentence as a part of another one: `A length of 05.` must be refused. */
export const phrase = (sentence: string): string => sentence.replace(/\.$/, '')

/** Bytes that have to be refused; a legal message behind them must not be answered. */
export const refused = (rule: Rule, sends: string, bytes: () => Uint8Array): Case => ({
  ...rule,
  sends,
  expects: 'The connection is ended, nothing behind is answered.',
  unsupported: speaks(framingOf(rule)),
  async run(trial) {
    const dialogue = await trial.openProven()
    await dialogue.send(joined(bytes(), trial.frame(HELLO)))
    await dialogue.refused(phrase(sends))
  },
})

/** The beginning of a header that can become nothing: to be refused without waiting for more. */
export const refusedAtOnce = (rule: Rule, sends: string, bytes: () => Uint8Array): Case => ({
  ...rule,
  sends,
  expects: 'The connection is ended, without waiting for more.',
  unsupported: speaks(framingOf(rule)),
  async run(trial) {
    const dialogue = await trial.openProven()
    await dialogue.send(bytes())
    await dialogue.refused(phrase(sends))
  },
})

/** Another spelling that has to be accepted, with the message `hello`. */
export const accepted = (rule: Rule, sends: string, bytes: () => Uint8Array): Case => ({
  ...rule,
  sends,
  expects: 'The reply to its message.',
  unsupported: speaks(framingOf(rule)),
  async run(trial) {
    const dialogue = await trial.openProven()
    dialogue.owe(HELLO)
    await dialogue.merge(bytes())
    await dialogue.replies()
  },
})

export const must = (id: string, clause: string, finds: string): Rule => ({
  id,
  level: 'must',
  clauses: [clause],
  finds,
})
export const should = (id: string, clause: string, finds: string): Rule => ({
  ...must(id, clause, finds),
  level: 'should',
})

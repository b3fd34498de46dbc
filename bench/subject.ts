/** Who is measured, and how it is reached. */
import type { SubjectSpec } from '../harness/launch.ts'
import type { LoadPlan } from '../harness/load.ts'
import { type Framing, parseFraming } from '../wire/index.ts'

/** `connect`: it runs already, is never restarted, and its resources cannot be seen. */
export type BenchTarget =
  | { kind: 'started'; spec: SubjectSpec }
  | { kind: 'connect'; address: LoadPlan['address'] }

export interface BenchSubject {
  name: string
  /** As wire/registry.ts reads it. */
  framing: string
  /** Largest message it promises to take, in bytes; the framing may carry less. */
  messageBytesMax: number
  target: BenchTarget
  /** It keeps files (docs/files.md), and sends no message back. */
  keepsFiles?: boolean
  /** A ledger says that it is wrong: what it does under load is no news. */
  knownWrong?: boolean
}

export const framingOf = ({ framing, messageBytesMax }: BenchSubject): Framing =>
  parseFraming(framing, { messageBytesMax })

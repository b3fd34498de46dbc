/** What a client mutant is: a client with one fault, and the cases that have to find it. */
import type { Symptom } from '../../result.ts'
import type { ClientClass } from './client.ts'

export interface ClientMutant {
  /** The fault in a few words: `prints-early`. */
  id: string
  /** The fault in a sentence. */
  fault: string
  /** Cases that are meant to find it, each with the symptoms that it may show. */
  killedBy: Readonly<Record<string, readonly Symptom[]>>
  client: ClientClass
}

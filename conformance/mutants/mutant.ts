/** What a mutant is: a server with one fault, and the cases that have to find it. */
import type { Socket } from 'bun'
import type { Symptom } from '../result.ts'
import type { Connection } from './connection.ts'
import type { DatagramServer, Sender } from './datagrams.ts'

export interface ConnectionClass {
  readonly framing: string
  /** `files`: it keeps files. Echo where nothing is said. */
  readonly service?: string
  /** Called before it listens. */
  starting?(): void
  new (socket: Socket<Connection>): Connection
}

export interface DatagramServerClass {
  readonly framing: string
  readonly service: string
  readonly answersFromWhereAsked: boolean
  new (socket: Sender): DatagramServer
}

interface Fault {
  /** The fault in a few words: `header-in-one-read`. */
  id: string
  /** The fault in a sentence. */
  fault: string
  /** Cases that are meant to find it, each with the symptoms that it may show. */
  killedBy: Readonly<Record<string, readonly Symptom[]>>
}

/** The right server with one step changed. */
export type Mutant = Fault & ({ connection: ConnectionClass } | { datagrams: DatagramServerClass })

/** Identity, for the types. */
export const defineMutants = (mutants: readonly Mutant[]): readonly Mutant[] => mutants

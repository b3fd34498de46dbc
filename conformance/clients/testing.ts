/** What the tests of this folder share. */
import { referenceFor } from '../reference/registry.ts'
import type { CaseResult } from '../result.ts'
import type { ClientCase } from './client-case.ts'
import { runClientCases } from './run.ts'

export interface ClientUnderTest {
  command: string
  framing: string
  messageBytesMax: number
}

/** Runs the cases against the client, a few at a time. */
export function runAgainstClient(
  { command, framing, messageBytesMax }: ClientUnderTest,
  cases: readonly ClientCase[],
): Promise<CaseResult[]> {
  const reference = referenceFor(framing)!
  return runClientCases({
    command,
    traits: {
      framing: reference,
      messageBytesMax: Math.min(messageBytesMax, reference.messageBytesMax),
    },
    cases,
    seed: 1,
    timeScale: 1,
    jobs: 4,
    bail: false,
    signal: new AbortController().signal,
    repro: () => '',
    onCase: () => {},
    isExpected: () => true,
  })
}

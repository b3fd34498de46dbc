/** Where expected failures are read from. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LEDGER_SCHEMA, type Ledger, parseLedger } from '../conformance/ledger.ts'
import type { Implementation } from '../impl/contract.ts'
import { UsageError } from './errors.ts'

/** The ledger beside an implementation that is wrong by design; null for a right one. */
export function ledgerOf(implementation: Implementation): Ledger | null {
  if (!implementation.ledger) return null
  return readLedger(fileURLToPath(implementation.ledger))
}

/** A ledger that the user named. Throws UsageError. */
function readLedger(path: string): Ledger {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`The ledger ${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    return parseLedger(text, path)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** The ledger that was named; one that is going to be fixed may be yet to be written. */
export function ledgerFor({ ledger, fixLedger }: LedgerOptions): Ledger | null {
  if (ledger === undefined) return null
  if (fixLedger && !existsSync(ledger)) return { schema: LEDGER_SCHEMA, entries: [] }
  return readLedger(ledger)
}

interface LedgerOptions {
  ledger?: string
  fixLedger?: boolean
}

/** What `framegate init` asks on a terminal. */
import { createInterface } from 'node:readline'
import { HarnessError } from '../../harness/errors.ts'

/** Asks, and gives what was typed; `fallback` for an empty line. */
export type Ask = (question: string, fallback: string) => Promise<string>

/** Null where nobody could answer. */
export async function withTerminal<T>(use: (ask: Ask | null) => Promise<T>): Promise<T> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return use(null)
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-C and Ctrl-D: there will be no answer any more.
  const closed = new Promise<never>((_, reject) => {
    reader.once('SIGINT', () => reader.close())
    reader.once('close', () => {
      reject(new HarnessError('interrupted', 'Interrupted: nothing was written.'))
    })
  })
  closed.catch(() => {
    // Closed behind the last question: nobody waits for an answer.
  })
  const ask: Ask = async (question, fallback) => {
    const answer = new Promise<string>((resolve) => reader.question(`${question} `, resolve))
    return (await Promise.race([answer, closed])).trim() || fallback
  }
  try {
    return await use(ask)
  } finally {
    reader.close()
  }
}

/** JSON that a person named: what cannot be read is a mistake in how the program was called. */
import { readFileSync } from 'node:fs'
import { UsageError } from './errors.ts'

/** Throws UsageError. `what` is what the file is called in it. */
export function readJson(path: string, what: string = path): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${what} cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const size = `It has ${text.length.toLocaleString('en-US')} characters`
    throw new UsageError(
      `${what} is no JSON (${(error as Error).message}). Was it cut off? ${size}.`,
    )
  }
}

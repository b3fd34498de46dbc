/** Result files: whole or not there, never half-written. */
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes beside the target and renames: a reader sees the old file or the new one. What is no
 * plain file (/dev/stdout, a pipe) is written to and stays what it is.
 */
export function writeFileWhole(path: string, content: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (path.startsWith('/dev/') || (found && !found.isFile())) {
    writeFileSync(path, content)
    return
  }
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

export const writeJson = (path: string, value: unknown): void =>
  writeFileWhole(path, `${JSON.stringify(value, null, 2)}\n`)

/** Adds to a table; an empty one gets its heading first. Throws with the table as it was. */
export function appendTable(path: string, { heading, lines }: Record<'heading' | 'lines', string>) {
  mkdirSync(dirname(path), { recursive: true })
  const bytesBefore = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  try {
    appendFileSync(path, bytesBefore === 0 ? `${heading}${lines}` : lines)
  } catch (error) {
    // What a full disk took of it would be half a line, and the next run would go on behind it.
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) truncateSync(path, bytesBefore)
    throw error
  }
}

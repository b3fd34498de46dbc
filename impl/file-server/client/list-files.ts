/** Lists what a file server keeps, page after page. */
import { FileError } from '../file-error.ts'
import type { FileClient } from './file-client.ts'

export interface ListedFile {
  name: string
  size: number
  /** ISO 8601. */
  modified: string
}

/** A server that always has more is not believed for ever. */
const PAGES_MAX = 1_000

export async function listFiles(client: FileClient): Promise<ListedFile[]> {
  const files: ListedFile[] = []
  let after = ''
  for (let page = 0; page < PAGES_MAX; page++) {
    const { message } = await client.call({ keys: { op: 'ls', after } })
    const { files: found, more } = pageFrom(message)
    files.push(...found)
    if (more === undefined) return files
    after = more
  }
  throw new FileError('reply-malformed', 'The list of files does not end.')
}

function pageFrom(message: Uint8Array): { files: ListedFile[]; more?: string } {
  try {
    const { files, more } = JSON.parse(new TextDecoder().decode(message))
    const isRight = Array.isArray(files) && files.every(isListed)
    if (isRight && (more === undefined || typeof more === 'string')) return { files, more }
  } catch {
    // No JSON: told below.
  }
  throw new FileError('reply-malformed', 'The list of files cannot be read.')
}

const isListed = (file: Partial<ListedFile> | null): boolean =>
  typeof file?.name === 'string' &&
  Number.isSafeInteger(file.size) &&
  typeof file.modified === 'string'

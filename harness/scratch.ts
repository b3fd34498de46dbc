/** A folder for what this process needs on disk, removed when it ends, however it ends. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guardFolder } from './warden.ts'

let folder: string | null = null
let count = 0

function newPath(suffix: string): string {
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), 'framegate-'))
    guardFolder(folder)
  }
  return join(folder, `${++count}${suffix}`)
}

/** A path for a Unix socket that nobody has used; short enough for sockaddr_un. */
export const newSocketPath = (): string => newPath('.sock')

/** An empty folder. */
export function newFolder(): string {
  const path = newPath('')
  mkdirSync(path)
  return path
}

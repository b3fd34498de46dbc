/**
 * Compares text with a file of this folder, byte for byte.
 *
 * On a mismatch what was made is kept for a look, and the message says where and how to accept it.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const UPDATE = 'FRAMEGATE_UPDATE_GOLDENS'

export const expectGolden = (name: string, got: string): void => {
  const path = join(import.meta.dir, name)
  if (process.env[UPDATE] === '1') {
    writeFileSync(path, got)
    return
  }
  if (existsSync(path) && readFileSync(path, 'utf8') === got) return
  const kept = join(mkdtempSync(join(tmpdir(), 'framegate-golden-')), `${name}.got`)
  writeFileSync(kept, got)
  throw new Error(
    `${name} is not what was made now. Look: diff ${path} ${kept}\n` +
      `If the new one is right: ${UPDATE}=1 node cli/bin/bun.mjs test reports`,
  )
}

/**
 * Writes `docs/reference/`, every command with its options and every case, out of the program
 * itself, and the published figures into the page on choosing a framing.
 *
 * RUN  npm run reference
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REFERENCE } from './reference/registry.ts'

for (const { path, render } of REFERENCE) {
  writeFileSync(join(import.meta.dir, '..', path), render())
  console.log(`written: ${path}`)
}

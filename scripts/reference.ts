/**
 * Writes `docs/reference/`: every command with its options, every case, out of the program itself.
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

/**
 * The load generator's process: takes a LoadPlan as its one argument, prints LoadEvents as lines.
 * Exit code 0 with an outcome, whatever it is; anything else is a fault of the generator.
 *
 * RUN  bun harness/generator-main.ts '{"address":{"transport":"unix","path":"/tmp/echo"}, …}'
 */
import { writeSync } from 'node:fs'
import type { LoadEvent, LoadPlan } from './load.ts'
import { runLoad } from './run-load.ts'

const STDOUT = 1

// Standard output is a pipe that blocks: a line is out when this returns.
const tell = (event: LoadEvent): void => {
  let rest = Buffer.from(`${JSON.stringify(event)}\n`)
  while (rest.length > 0) rest = rest.subarray(writeSync(STDOUT, rest))
}

const plan = JSON.parse(process.argv[2]!) as LoadPlan
tell(await runLoad(plan, () => tell({ kind: 'measuring' })))
process.exit(0)

/**
 * The trial of several generators on hosts made of network namespaces; its figures go into
 * `docs/many-machines.md`. Needs Linux, root and iproute2, and for good figures a quiet machine.
 *
 * RUN  npm run namespaces
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { whyNoNamespaces } from './namespaces/network.ts'
import { renderTrial } from './namespaces/table.ts'
import { runTrial } from './namespaces/trial.ts'

const PAGE = join(import.meta.dir, '../docs/many-machines.md')
const BEGIN = '<!-- of the trial, by `npm run namespaces` -->'
const END = '<!-- until here -->'

const reason = whyNoNamespaces()
if (reason) {
  console.error(`There are no hosts to be made here: ${reason}.`)
  process.exit(4)
}
const page = readFileSync(PAGE, 'utf8')
const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
if (begin === -1 || end < begin) throw new Error(`${PAGE} needs "${BEGIN}" and "${END}".`)
const trial = await runTrial({
  durationMs: 5_000,
  leadMs: 12_000,
  limitMegabits: 10,
  say: (text) => console.error(text),
})
const model = cpus()[0]?.model.trim() ?? 'a processor without a name'
const machine = `${model}, ${cpus().length} cores for all hosts together, kernel ${release()}`
const figures = renderTrial(trial, machine)
writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${page.slice(end)}`)
console.log(figures)

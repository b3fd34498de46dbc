/**
 * The process of one contender: checks what it delivers, times it, checks again. Takes a
 * ContenderPlan as its one argument and prints a ContenderOutcome.
 *
 * RUN  bun bench/micro/contender-main.ts '{"case":"decode-64B-line","contender":"split2", …}'
 */
import { MICRO_CASES } from './registry.ts'
import { type ContenderPlan, runContender } from './run-contender.ts'

const plan = JSON.parse(process.argv[2]!) as ContenderPlan
const microCase = MICRO_CASES.find(({ id }) => id === plan.case)
const contender = microCase?.contenders.find(({ label }) => label === plan.contender)
if (!microCase || !contender) throw new Error(`There is no ${plan.contender} in ${plan.case}.`)
const outcome = await runContender(microCase, contender, plan)
// Timers of packages would keep the process alive.
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0))

/**
 * A process of the crew: runs the suite over one subject after another, as it is told. It ends
 * with the process that started it, and its subjects end with it.
 */
import type { EvidenceKeeper } from '../conformance/evidence.ts'
import { CASES } from '../conformance/registry.ts'
import { runCases } from '../conformance/run.ts'
import { HarnessError } from '../harness/errors.ts'
import type { CrewJob, FromCrew, ToCrew } from './crew-messages.ts'
import { interrupted, watchForInterrupts } from './interrupt.ts'
import { traitsFor } from './subject-traits.ts'
import { reproOf } from './subjects.ts'

const stopped = new AbortController()
const signal = AbortSignal.any([interrupted, stopped.signal])
let underWay: Promise<void> = Promise.resolve()

const say = (message: FromCrew) => process.send!(message)

async function work(job: CrewJob): Promise<void> {
  const { target, asked, options, flags, cases, seed, timeScale, evidence } = job
  const chosen = new Set(cases)
  try {
    await runCases({
      target,
      seed,
      timeScale,
      traits: traitsFor(asked, options),
      cases: CASES.filter(({ id }) => chosen.has(id)),
      jobs: 1,
      bail: false,
      signal,
      repro: reproOf(flags),
      onCase: (result) => void say({ result }),
      isExpected: () => true,
      ...(evidence === 'of nothing' ? {} : { evidence: keeperFor(evidence) }),
    })
    say('finished')
  } catch (error) {
    const { message, stack } = error as Error
    const failed =
      error instanceof HarnessError
        ? { message, code: error.code }
        : { message: stack ?? message, code: null }
    say({ failed })
  }
}

const keeperFor = (wanted: CrewJob['evidence']): EvidenceKeeper => ({
  ofPasses: wanted === 'of all',
  keep: (kept, evidence) => void say({ kept, evidence }),
})

watchForInterrupts()
signal.addEventListener('abort', async () => {
  await underWay
  process.exit()
})
process.on('disconnect', () => stopped.abort())
process.on('message', (message: ToCrew) => {
  if (message === 'stop') stopped.abort()
  else underWay = work(message.job)
})

/** Clients that take their time to read: nobody is given up for being slow. */
import { pauseMs } from '../../harness/clock.ts'
import { allOf, defineCases, needs } from '../case.ts'
import { CaseFailure } from '../verdict.ts'
import { counted, repeat } from './bytes.ts'

const MIB = 1_048_576
/** Longer than what servers that give up early wait for a client: 0.1 to 1 s. */
const HOLD_MS = 1_700

export const sendingTime = defineCases([
  {
    id: 'backpressure/client-takes-a-break',
    level: 'must',
    clauses: ['ALL-7', 'ALL-8', 'ALL-9'],
    sends: `Messages until stalled; reads nothing for ${HOLD_MS / 1_000} s; then reads everything.`,
    expects: 'Every byte of every reply.',
    finds: 'Time limits for writes that end a client which is merely slow.',
    unsupported: allOf(needs.messageBytes(65_535), needs.longReplies),
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 16_384 })
      const size = trial.atMost(MIB / 4)
      const stream = dialogue.owing(...repeat(Math.ceil((8 * MIB) / size), (i) => counted(i, size)))
      const taken = await dialogue.sendUntilStalled(stream)
      // No condition to wait for: the passing of time is what is tested.
      await pauseMs(HOLD_MS)
      try {
        await dialogue.send(stream.subarray(taken), true)
        await dialogue.replies()
      } catch (error) {
        if (!(error instanceof CaseFailure)) throw error
        const what = `The client had read nothing for ${HOLD_MS / 1_000} s, then it read.`
        const symptom = dialogue.peer.open ? error.symptom : 'closed-early'
        throw new CaseFailure(symptom, `${what} ${error.message}`)
      }
    },
  },
])

/** The server as a whole: whom it accepts, what it gives back, what it costs, how it ends. */
import { defineCases, needs } from '../case.ts'
import { HELLO } from '../trial.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { text } from './bytes.ts'
import { cpuShare, descriptorsOf, mustEndCleanly, mustRelease } from './resources.ts'

/** A window in which a server with nothing to do may use so much of a core, and how many. */
const IDLE_WINDOW_MS = 100
const IDLE_WINDOWS_MAX = 10
const IDLE_SHARE_MAX = 0.3

export const lifecycleServer = defineCases([
  {
    id: 'lifecycle/reset-before-accept',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Connections that are reset before the server accepts them: it is stopped meanwhile.',
    expects: 'The server goes on accepting.',
    finds: 'ECONNABORTED, or a first read that fails, ending the accept loop.',
    unsupported: needs.started,
    async run(trial) {
      const bystander = await trial.openProven()
      if (!(await trial.process!.freeze()))
        throw new Inconclusive('The subject could not be stopped.')
      try {
        for (let i = 0; i < 5; i++) (await trial.open()).peer.reset()
      } finally {
        trial.process!.thaw()
      }
      await trial.exchange(bystander)
    },
  },
  {
    id: 'lifecycle/connect-and-vanish',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Two hundred connections that are closed at once.',
    expects: 'The server goes on and keeps none of them.',
    finds: 'Descriptors that are never given back.',
    async run(trial) {
      await trial.openProven()
      const before = descriptorsOf(trial)
      for (let i = 0; i < 200; i++) {
        const dialogue = await trial.open()
        dialogue.peer.close()
      }
      const bystander = await trial.openProven()
      await trial.exchange(bystander)
      bystander.peer.close()
      await mustRelease(trial, before, '200 connections that were closed again')
    },
  },
  {
    id: 'lifecycle/idle-costs-nothing',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-6', 'ALL-11'],
    sends: 'An idle connection, one with half a frame, one that has ended; then nothing.',
    expects: 'The server uses next to no CPU time.',
    finds: 'Loops that ask again and again whether there is more.',
    unsupported: needs.started,
    async run(trial) {
      await trial.openProven()
      const half = await trial.open()
      await half.split([trial.frame(HELLO).subarray(0, 1)])
      const ended = await trial.openProven()
      ended.finish()
      await ended.repliesAndEnd()
      let share = 0
      // One calm window is enough: what came before may have left work to do.
      for (let i = 0; i < IDLE_WINDOWS_MAX; i++) {
        share = await cpuShare(trial, IDLE_WINDOW_MS)
        // Time in the run queue is told late: a thread that still waits there is not idle.
        if (share <= IDLE_SHARE_MAX && trial.process!.sleeps()) return
      }
      throw new CaseFailure(
        'busy',
        `With nothing to do the server uses ${Math.round(100 * share)} % of a core.`,
      )
    },
  },
  {
    id: 'lifecycle/sigterm-with-replies-in-flight',
    level: 'should',
    clauses: ['ALL-8'],
    sends: 'A message, and SIGTERM when the server has read it.',
    expects: 'The reply, the end of the stream, and exit status 0.',
    finds: 'Replies lost, and connections reset, at every deployment.',
    unsupported: needs.started,
    async run(trial) {
      const instance = await trial.another()
      const dialogue = await trial.open({ process: instance })
      await trial.exchange(dialogue)
      await dialogue.split([dialogue.owing(text('finish this'))])
      instance.signal('SIGTERM')
      await dialogue.repliesAndEnd()
      dialogue.peer.close()
      await mustEndCleanly(trial, instance)
    },
  },
])

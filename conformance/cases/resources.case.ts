/** What is given back when clients have gone: descriptors, sockets, processes, CPU time. */
import { nowMs } from '../../harness/clock.ts'
import { until } from '../../harness/reactor.ts'
import type { SubjectQueue } from '../../harness/subject-queue.ts'
import { allOf, defineCases, needs } from '../case.ts'
import { CaseFailure } from '../verdict.ts'
import { letters, repeat } from './bytes.ts'
import { cpuShare, descriptorsOf, mustRelease } from './resources.ts'

const MIB = 1_048_576
const IDLE_WINDOW_MS = 150
const IDLE_WINDOWS_MAX = 6
const IDLE_SHARE_MAX = 0.3
const RELEASE_MS_MAX = 1_000
/** Children that have ended are waited for within this time. */
const REAP_MS_MAX = 2_000

export const resources = defineCases([
  {
    id: 'resources/aborted-are-released',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A hundred connections reset: idle, inside a header, inside a message, and behind one.',
    expects: 'The server keeps none of them.',
    finds: 'Descriptors that are given back on every path but the one for resets.',
    unsupported: allOf(needs.manyConnections, needs.started),
    async run(trial) {
      await trial.exchange(await trial.openProven())
      const before = descriptorsOf(trial)
      const frame = trial.frame(letters(50))
      for (let i = 0; i < 100; i++) {
        const dialogue = await trial.open()
        const bytes = [0, 1, frame.length - 3, frame.length][i % 4]!
        await dialogue.split([frame.subarray(0, bytes)])
        dialogue.peer.reset()
      }
      await mustRelease(trial, before, '100 connections that were reset')
    },
  },
  {
    id: 'resources/stalled-and-reset-are-released',
    level: 'must',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'Ten connections whose replies wait to be written, reset.',
    expects: 'The server keeps none of them.',
    finds: 'Connections that are kept for as long as something waits for them.',
    unsupported: allOf(
      needs.manyConnections,
      needs.started,
      needs.messageBytes(65_535),
      needs.longReplies,
    ),
    async run(trial) {
      await trial.exchange(await trial.openProven())
      const before = descriptorsOf(trial)
      const block = Buffer.concat(repeat(16, () => trial.frame(letters(trial.atMost(MIB / 4)))))
      for (let i = 0; i < 10; i++) {
        const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
        dialogue.peer.trySend(block)
        await dialogue.atRest()
        dialogue.peer.reset()
      }
      await mustRelease(trial, before, '10 stalled connections that were reset')
    },
  },
  {
    id: 'resources/no-socket-waits-for-close',
    level: 'must',
    clauses: ['ALL-6', 'ALL-7'],
    sends: 'Thirty connections that end: at once, behind a message, inside a header, in a message.',
    expects: 'The server closes its end of each: none is left in CLOSE_WAIT.',
    finds: 'Ends of connections that nobody looks at.',
    unsupported: allOf(needs.manyConnections, needs.tcp),
    async run(trial) {
      const frame = trial.frame(letters(50))
      const queues: (SubjectQueue | null)[] = []
      for (let i = 0; i < 30; i++) {
        const dialogue = await trial.open()
        if (i % 4 === 1) await trial.exchange(dialogue)
        else await dialogue.split([frame.subarray(0, [0, 0, 1, frame.length - 3][i % 4])])
        dialogue.finish()
        dialogue.peer.close()
        queues.push(dialogue.wire.queue)
      }
      const waiting = () => queues.filter((queue) => queue?.()?.state === 'CLOSE_WAIT').length
      const closed = () => waiting() === 0
      if (await until(closed, nowMs() + Math.min(RELEASE_MS_MAX, trial.timeLeftMs))) return
      const what = `${waiting()} of 30 connections that the client has ended are in CLOSE_WAIT`
      throw new CaseFailure('leak', `${what}: the server never closed its end of them.`)
    },
  },
  {
    id: 'resources/ended-children-are-awaited',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'Sixty connections with a message each, closed one after the other; then one more.',
    expects: 'Of the processes that have ended for them at most half are still in the table.',
    finds: 'Children that nobody waits for: zombies, until no process can be started any more.',
    unsupported: allOf(needs.manyConnections, needs.started),
    async run(trial) {
      const process = trial.process!
      const before = process.zombies()
      for (let i = 0; i < 60; i++) {
        const dialogue = await trial.openProven()
        dialogue.peer.close()
      }
      // Sound servers reap the last ones when the next client comes, or by a timer.
      await trial.openProven()
      const kept = () => process.zombies() - before
      const deadlineMs = nowMs() + Math.min(REAP_MS_MAX, trial.timeLeftMs)
      if (await until(() => kept() <= 30, deadlineMs)) return
      const what = `After 60 connections, ${kept()} processes that have ended are left behind`
      throw new CaseFailure('leak', `${what}: nobody waits for them.`)
    },
  },
  {
    id: 'resources/idle-connections-cost-nothing',
    level: 'should',
    lane: 'alone',
    clauses: ['ALL-11'],
    sends: 'A hundred connections with a message each, that stay open and say nothing more.',
    expects: 'The server uses next to no CPU time.',
    finds: 'Loops that ask every connection again and again whether there is more.',
    unsupported: needs.started,
    async run(trial) {
      for (let i = 0; i < 100; i++) await trial.openProven()
      let share = 0
      for (let i = 0; i < IDLE_WINDOWS_MAX; i++) {
        share = await cpuShare(trial, IDLE_WINDOW_MS)
        if (share <= IDLE_SHARE_MAX) return
      }
      const percent = Math.round(100 * share)
      throw new CaseFailure('busy', `For a hundred idle clients it uses ${percent} % of a core.`)
    },
  },
])

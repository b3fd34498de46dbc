/** Ends of connections that come together, late, or while nobody looks. */
import { pauseMs } from '../../harness/clock.ts'
import type { Peer } from '../../harness/peer.ts'
import { allOf, defineCases, needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { HELLO, type Trial } from '../trial.ts'
import { Inconclusive } from '../verdict.ts'
import { chopped, counted, letters, repeat, text } from './bytes.ts'
import { mustEndCleanly } from './resources.ts'

/** A person’s typing, or a bad line: slower than any machine, faster than any sound time limit. */
const SLOW_BYTE_MS = 60

export const lifecycleMany = defineCases([
  {
    id: 'lifecycle/twenty-ends-together',
    level: 'must',
    clauses: ['ALL-5', 'ALL-7'],
    sends: 'A message and the end of the stream on each of twenty connections, all at one moment.',
    expects: 'Twenty replies and twenty ends.',
    finds: 'Events that get lost when many come together.',
    unsupported: needs.started,
    async run(trial) {
      const dialogues: Dialogue[] = []
      for (let i = 0; i < 20; i++) dialogues.push(await trial.openProven())
      await stopped(trial, async () => {
        for (const [i, dialogue] of dialogues.entries()) {
          await dialogue.send(dialogue.owing(text(`last words ${i}`)))
          dialogue.finish()
        }
      })
      for (const dialogue of dialogues) await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'lifecycle/reset-with-requests-waiting',
    level: 'must',
    clauses: ['ALL-5', 'ALL-8'],
    sends: 'Five messages and a reset at one moment, on ten connections: replies meet a dead peer.',
    expects: 'The server goes on; a bystander notices nothing.',
    finds: 'ECONNRESET from a read or a write that ends the process.',
    unsupported: needs.started,
    run: (trial) => leaveWithRequestsWaiting(trial, (peer) => peer.reset()),
  },
  {
    id: 'lifecycle/close-with-requests-waiting',
    level: 'must',
    clauses: ['ALL-5', 'ALL-8'],
    sends: 'Five messages and a close at one moment, on ten connections: nobody reads the replies.',
    expects: 'The server goes on; a bystander notices nothing.',
    finds: 'SIGPIPE, or EPIPE from a write, that ends the process.',
    unsupported: needs.started,
    // The first reply is answered with a reset; the second one meets a broken pipe.
    run: (trial) => leaveWithRequestsWaiting(trial, (peer) => peer.close()),
  },
  {
    id: 'lifecycle/close-without-reading',
    level: 'must',
    clauses: ['ALL-5', 'ALL-8'],
    sends: 'Messages whose replies are never read, and a close behind them, on twenty connections.',
    expects: 'The server goes on; a bystander notices nothing.',
    finds: 'Writes to a client that has left, which nobody handles.',
    async run(trial) {
      const bystander = await trial.openProven()
      for (let i = 0; i < 20; i++) {
        const dialogue = await trial.open()
        await dialogue.split([trial.frame(letters(trial.atMost(5_000))), trial.frame(HELLO)])
        await dialogue.send(trial.frame(HELLO))
        dialogue.peer.close()
        await trial.exchange(bystander)
      }
    },
  },
  {
    id: 'lifecycle/half-close-of-each',
    level: 'must',
    clauses: ['ALL-6', 'ALL-7'],
    sends: 'Five messages and the end of the stream on each of fifty connections in turn.',
    expects: 'Five replies and the end on each.',
    finds: 'Ends that are handled once, or for some connections only.',
    unsupported: allOf(needs.framing, needs.manyConnections),
    async run(trial) {
      for (let i = 0; i < 50; i++) {
        const dialogue = await trial.open()
        await dialogue.send(dialogue.owing(...repeat(5, (j) => counted(10 * i + j, 30))))
        dialogue.finish()
        await dialogue.repliesAndEnd()
        dialogue.peer.close()
      }
    },
  },
  {
    id: 'lifecycle/slow-frame-is-waited-for',
    level: 'should',
    clauses: ['ALL-1'],
    sends: 'A frame byte by byte with pauses, for more than half a second in all.',
    expects: 'Its reply.',
    finds: 'Time limits for silence that end a client which is merely slow.',
    unsupported: needs.framing,
    async run(trial) {
      const dialogue = await trial.openProven()
      const frame = dialogue.owing(HELLO)
      // No condition to wait for: the passing of time is what is tested.
      for (const piece of chopped(frame, Math.ceil(frame.length / 10))) {
        await dialogue.send(piece)
        await pauseMs(SLOW_BYTE_MS)
      }
      await dialogue.replies()
    },
  },
  {
    id: 'lifecycle/sigterm-when-idle',
    level: 'should',
    clauses: ['ALL-7'],
    sends: 'SIGTERM while a client is connected that sends nothing.',
    expects: 'The server ends, with exit status 0.',
    finds: 'Servers that wait for clients which have nothing to say.',
    unsupported: needs.started,
    async run(trial) {
      const instance = await trial.another()
      const dialogue = await trial.open({ process: instance })
      await trial.exchange(dialogue)
      await dialogue.atRest()
      instance.signal('SIGTERM')
      await dialogue.repliesAndEnd()
      dialogue.peer.close()
      await mustEndCleanly(trial, instance)
    },
  },
])

/** Ten clients that have gone before the first of their five requests is read. */
async function leaveWithRequestsWaiting(trial: Trial, leave: (peer: Peer) => void): Promise<void> {
  const bystander = await trial.openProven()
  const dialogues: Dialogue[] = []
  for (let i = 0; i < 10; i++) dialogues.push(await trial.openProven())
  await stopped(trial, async () => {
    for (const { peer } of dialogues) {
      for (let i = 0; i < 5; i++) peer.trySend(trial.frame(HELLO))
      leave(peer)
    }
  })
  await trial.exchange(bystander)
}

/** Everything that `act` does reaches the subject at one moment. */
async function stopped(trial: Trial, act: () => Promise<void>): Promise<void> {
  if (!(await trial.process!.freeze())) throw new Inconclusive('The subject could not be stopped.')
  try {
    await act()
  } finally {
    trial.process!.thaw()
  }
}

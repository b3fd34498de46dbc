/** The writing side: every byte is written, and a reader that stops costs a bounded amount. */
import { allOf, defineCases, needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { counted, counting, letters, numbered, repeat } from './bytes.ts'
import { mustKeepUp } from './pace.ts'
import { UNREAD_BYTES } from './unread.ts'

const KIB = 1_024
const MIB = 1_024 * KIB
/** Two full socket buffers each way are a few MiB; a server that takes this much has no brake. */
const UNREAD_BYTES_MAX = 96 * MIB
/** Memory that a server may need for one peer that does not read, beyond what it promised. */
const MEMORY_BYTES_MAX = 64 * MIB

/**
 * Receipts by the thousand, each in a segment of its own: what the kernel adds to each fills a
 * small buffer, it throws segments away, and those come again after ever longer times.
 */
const smallBuffer = needs.longReplies

/** Sends all: without reading for as long as the server takes it, then reading as well. */
async function sendSlowly(dialogue: Dialogue, stream: Uint8Array): Promise<void> {
  const taken = await dialogue.sendUntilStalled(stream)
  await dialogue.send(stream.subarray(taken), true)
}

/** `bytes` in all, in messages of `each` or the largest that the subject takes. */
function flood(trial: Trial, dialogue: Dialogue, bytes: number, each = MIB): Uint8Array {
  const size = trial.atMost(each)
  return dialogue.owing(...repeat(Math.ceil(bytes / size), (i) => counted(i, size)))
}

export const sending = defineCases([
  {
    id: 'sending/slow-reader-32mib',
    level: 'must',
    clauses: ['ALL-8', 'ALL-9'],
    sends: '32 MiB of messages, without reading for as long as the server takes them.',
    expects: 'Every byte of every reply, once the client reads.',
    finds: 'A short write taken for a whole one: what the kernel did not take is lost.',
    unsupported: needs.messageBytes(65_535),
    async run(trial) {
      const dialogue = await trial.openProven()
      await sendSlowly(dialogue, flood(trial, dialogue, 32 * MIB))
      await dialogue.replies()
    },
  },
  {
    id: 'sending/small-window',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'More than the kernel holds, from a client with a very small receive buffer.',
    expects: 'Every byte.',
    finds: 'Writes that come up short and are begun again from the start, or given up.',
    unsupported: smallBuffer,
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
      await sendSlowly(dialogue, flood(trial, dialogue, UNREAD_BYTES))
      await dialogue.replies()
      // A byte too many shows in front of the next reply.
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'sending/large-reply-then-close',
    level: 'must',
    clauses: ['ALL-7', 'ALL-8'],
    sends:
      'The largest message, up to more than the kernel holds; the end of the stream; then reads.',
    expects: 'The whole reply, then the end.',
    finds: 'A connection closed while its reply is still waiting to be written.',
    unsupported: smallBuffer,
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
      await sendSlowly(dialogue, dialogue.owing(counting(trial.atMost(UNREAD_BYTES))))
      dialogue.finish()
      await dialogue.repliesAndEnd()
    },
  },
  {
    id: 'sending/order-kept-while-blocked',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends:
      'Numbered messages of 1 KiB, more than the kernel holds, unread while the server takes them.',
    expects: 'All replies in order.',
    finds: 'Queues of waiting replies that are written in another order.',
    unsupported: smallBuffer,
    async run(trial) {
      const size = trial.atMost(KIB)
      const messages = repeat(Math.ceil(UNREAD_BYTES / size), (i) => numbered(i, size))
      const asked = await trial.openProven()
      await mustKeepUp(trial, asked, messages.length)
      asked.peer.close()
      const dialogue = await trial.open({ receiveBufferBytes: 8_192 })
      await sendSlowly(dialogue, dialogue.owing(...messages))
      await dialogue.replies()
    },
  },
  {
    id: 'sending/both-directions-at-once',
    level: 'must',
    clauses: ['ALL-2', 'ALL-8'],
    sends:
      '16 MiB in messages of up to 8 MiB, reading as replies come; then more than the kernel holds.',
    expects: 'Every byte, without a standstill.',
    finds: 'Servers that stop for good when both directions are full.',
    async run(trial) {
      // A buffer of a fixed size: grown to 6 MiB it would take in the last reply whole.
      const dialogue = await trial.open({ receiveBufferBytes: 256 * KIB })
      await dialogue.send(flood(trial, dialogue, 16 * MIB, 8 * MIB), true)
      // Where nothing more is asked for, what is waiting has to go out all the same.
      await sendSlowly(dialogue, flood(trial, dialogue, UNREAD_BYTES))
      await dialogue.replies()
    },
  },
  {
    id: 'backpressure/stops-reading',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-9'],
    sends: 'Messages without end, and reads nothing.',
    expects: 'The server stops reading after a bounded amount, and its memory stays bounded.',
    finds: 'Replies queued in memory until the machine has none left.',
    unsupported: allOf(needs.messageBytes(255), needs.longReplies),
    async run(trial) {
      const dialogue = await trial.openProven()
      const before = trial.process?.holdings()?.rssBytes ?? null
      const message = trial.frame(letters(trial.atMost(65_536)))
      const block = Buffer.concat(repeat(Math.ceil(MIB / message.length), () => message))
      let taken = 0
      let stalled = false
      while (taken < UNREAD_BYTES_MAX && !stalled) {
        const count = await dialogue.sendUntilStalled(block)
        taken += count
        stalled = count < block.length
      }
      if (!stalled) {
        throw new CaseFailure(
          'memory',
          `The server took ${taken.toLocaleString('en')} bytes of requests while not one byte of its replies was read, and went on.`,
        )
      }
      const grown = before === null ? 0 : trial.process!.holdings()!.rssBytes - before
      const budget = MEMORY_BYTES_MAX + 2 * trial.messageBytesMax
      if (grown <= budget) return
      throw new CaseFailure(
        'memory',
        `One client that does not read cost ${grown.toLocaleString('en')} bytes of memory; the budget is ${budget.toLocaleString('en')}.`,
      )
    },
  },
  {
    id: 'backpressure/stalled-client-harms-nobody',
    level: 'must',
    lane: 'alone',
    clauses: ['ALL-5', 'ALL-9'],
    sends: 'Three clients that send until they are stalled, and a client that exchanges messages.',
    expects: 'The one that reads is served as if it were alone.',
    finds: 'A blocking write in a loop that serves everybody.',
    async run(trial) {
      const bystander = await trial.openProven()
      const size = trial.atMost(MIB / 4)
      const block = repeat(Math.ceil(UNREAD_BYTES / size), () => trial.frame(letters(size)))
      for (let i = 0; i < 3; i++) {
        const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
        await dialogue.sendUntilStalled(Buffer.concat(block))
      }
      for (let i = 0; i < 20; i++) await exchangeOrStarved(trial, bystander)
    },
  },
  {
    id: 'backpressure/resumes-many-times',
    level: 'must',
    clauses: ['ALL-8', 'ALL-9'],
    sends: 'More than the kernel holds, until stalled; then reads everything; four times.',
    expects: 'All replies each time.',
    finds: 'A wake-up that is lost, so that a paused connection never goes on.',
    unsupported: needs.messageBytes(255),
    async run(trial) {
      const dialogue = await trial.open({ receiveBufferBytes: 16_384 })
      for (let round = 0; round < 4; round++) {
        await sendSlowly(dialogue, flood(trial, dialogue, UNREAD_BYTES))
        await dialogue.replies()
      }
    },
  },
])

async function exchangeOrStarved(trial: Trial, dialogue: Dialogue): Promise<void> {
  try {
    await trial.exchange(dialogue)
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error
    throw new CaseFailure('starved-others', `A client that reads was not served: ${error.message}`)
  }
}

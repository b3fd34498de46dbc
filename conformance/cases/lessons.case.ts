/** What the lessons teach about messages, each seen from the other end of its connection. */
import { Peer } from '../../harness/peer.ts'
import { defineCases } from '../case.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { text } from './bytes.ts'
import { answer, forLesson, lines, restOf, said } from './lesson-dialogue.ts'

const BULK_BYTES = 32 * 1024 * 1024

const commands = forLesson('lesson-commands')
const bulk = forLesson('lesson-bulk')
const oneExchange = forLesson('lesson-one-exchange')
const twoSends = forLesson('lesson-two-sends')

export const lessons = defineCases([
  {
    id: 'lesson/one-exchange',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'One message in one write.',
    expects: 'The message in upper case, then the end of the stream.',
    finds: 'A reply that is not complete when the server ends.',
    unsupported: oneExchange,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(text('hello'))
      said(await restOf(dialogue, trial), 'HELLO', 'lost-bytes')
    },
  },
  {
    id: 'lesson/message-in-two-writes',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'One message in two writes; the second when the first has been read.',
    expects: 'One reply to all of it.',
    finds: 'What one recv returns taken for a whole message.',
    unsupported: oneExchange,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([text('hel')])
      await dialogue.send(text('lo'))
      said(await restOf(dialogue, trial), 'HELLO', 'split')
    },
  },
  {
    id: 'lesson/second-client',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A second client while the first is connected and silent.',
    expects: 'It can connect and is answered.',
    finds: 'A server that is for one client and no more.',
    unsupported: oneExchange,
    async run(trial) {
      const first = await trial.open()
      await first.atRest()
      await mustConnect(trial)
    },
  },
  {
    id: 'lesson/two-messages-two-reads',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'Two messages; the second when the first has been read.',
    expects: 'Two messages are seen.',
    finds: 'Messages that are lost altogether.',
    unsupported: twoSends,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([text('hello'), text('world')])
      dialogue.finish()
      said(await restOf(dialogue, trial), '1: hello\n2: world\n', 'lost-messages')
    },
  },
  {
    id: 'lesson/two-messages-at-once',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'Two messages that arrive together: the server is stopped while both are written.',
    expects: 'Two messages are seen.',
    finds: 'The second way in which messages stick together: two sends, one recv.',
    unsupported: twoSends,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.merge(text('helloworld'))
      dialogue.finish()
      said(await restOf(dialogue, trial), '1: hello\n2: world\n', 'merged')
    },
  },
  {
    id: 'lesson/command',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A command that says little.',
    expects: 'What it says.',
    finds: 'Output that does not come.',
    unsupported: commands,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(text('echo hello'))
      said(await answer(dialogue, trial), 'hello\n', 'lost-bytes')
    },
  },
  {
    id: 'lesson/command-not-allowed',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-5'],
    sends: 'A command that is not among those that are allowed, and one for a shell.',
    expects: 'It is refused in words, and the next one is run.',
    finds: 'Remote commands without any limit.',
    unsupported: commands,
    async run(trial) {
      const dialogue = await trial.open()
      for (const command of ['rm -rf ./nothing', '/bin/echo x', 'sh -c "echo x"']) {
        await dialogue.send(text(command))
        const told = new TextDecoder().decode(await answer(dialogue, trial))
        if (told.includes('is not allowed')) continue
        throw new CaseFailure('not-rejected', `To \`${command}\` it said: ${told}`)
      }
      await dialogue.send(text('echo $(id) ; id'))
      said(await answer(dialogue, trial), '$(id) ; id\n', 'not-rejected')
    },
  },
  {
    id: 'lesson/long-output',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'A command that says more than 1,024 bytes.',
    expects: 'One reply with all of it.',
    finds: 'A reply without a length: a client cannot know where it ends.',
    unsupported: commands,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(text('seq 1 1000'))
      said(await answer(dialogue, trial), lines(1_000), 'split')
    },
  },
  {
    id: 'lesson/answer-after-long-output',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A command that says more than 1,024 bytes, its reply read; then another one.',
    expects: 'The second reply is to the second command.',
    finds: 'The first way in which messages stick together: the rest of one reply in the next.',
    unsupported: commands,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.send(text('seq 1 1000'))
      await answer(dialogue, trial)
      await dialogue.send(text('echo second'))
      said(await answer(dialogue, trial), 'second\n', 'merged')
    },
  },
  {
    id: 'lesson/command-in-two-writes',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'One command in two writes; the second when the first has been read.',
    expects: 'The reply to the whole command.',
    finds: 'Replies that are framed, and requests that are not.',
    unsupported: commands,
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.split([text('ec')])
      await dialogue.send(text('ho hello'))
      said(await answer(dialogue, trial), 'hello\n', 'split')
    },
  },
  {
    id: 'lesson/long-reply',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'A request for 32 MiB, written with sendall; the client reads when the server rests.',
    expects: 'All of them.',
    finds: 'A sendall that does not send all.',
    unsupported: bulk,
    run: (trial) => mustSendAll(trial, 'sendall'),
  },
  {
    id: 'lesson/long-reply-one-send',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-8'],
    sends: 'A request for 32 MiB, written with one send; the client reads when the server rests.',
    expects: 'All of them.',
    finds: 'A send whose result nobody looks at: what the kernel did not take is lost.',
    unsupported: bulk,
    run: (trial) => mustSendAll(trial, 'send'),
  },
])

async function mustConnect(trial: Trial): Promise<void> {
  const { subject, deadlineMs } = trial.options
  try {
    const second = await Peer.connect(subject.address, { deadlineMs })
    second.close()
  } catch (error) {
    const refused = `The second client could not connect. ${(error as Error).message}`
    throw new CaseFailure('starved-others', refused)
  }
}

async function mustSendAll(trial: Trial, how: 'send' | 'sendall'): Promise<void> {
  const dialogue = await trial.open({ receiveBufferBytes: 4_096 })
  await dialogue.split([text(`${how} ${BULK_BYTES}`)])
  await dialogue.atRest()
  const { length } = await restOf(dialogue, trial)
  if (length === BULK_BYTES) return
  const lost = `${length} of ${BULK_BYTES} bytes came: ${BULK_BYTES - length} are lost.`
  throw new CaseFailure('lost-bytes', lost)
}

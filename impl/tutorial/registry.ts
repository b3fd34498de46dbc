/** The lessons, in the order in which docs/lessons.md goes through them. */
import { defineLesson, type Lesson } from './lesson.ts'

type Told = Omit<Lesson, 'id' | 'server' | 'ledger' | 'framings'> & {
  framings?: Lesson['framings']
}

/** Server, client and ledger are in a folder of the lesson's name. */
function lesson(name: string, told: Told) {
  const beside = (file: string) => new URL(`./${name}/${file}`, import.meta.url)
  const files = { server: beside('server.ts'), ledger: beside('ledger.json') }
  return defineLesson({ framings: ['raw'], ...told, id: `tutorial/${name}`, ...files })
}

export const LESSONS = [
  lesson('one-exchange', {
    summary: 'Lesson: one client, one message, one reply, and it ends. Wrong by design',
    service: 'lesson-one-exchange',
    singleConnection: true,
  }),
  lesson('one-client', {
    summary: 'Lesson: one client, as many messages as it likes. Wrong by design',
    singleConnection: true,
  }),
  lesson('client-after-client', {
    summary: 'Lesson: one client after the other. Wrong by design',
    singleConnection: true,
  }),
  lesson('unix-socket', {
    summary: 'Lesson: the same on a path instead of a port. Wrong by design',
    singleConnection: true,
    transport: 'unix',
  }),
  lesson('remote-command', {
    summary: 'Lesson: each recv is a command, its output the reply. Wrong by design',
    service: 'lesson-commands',
  }),
  lesson('two-sends', {
    summary: 'Lesson: two sends, two recvs, one message. Wrong by design',
    service: 'lesson-two-sends',
  }),
  lesson('struct-header', {
    summary: 'Lesson: 4 bytes of length in front of the output of a command. Wrong by design',
    service: 'lesson-commands',
    framings: ['i32le'],
  }),
  lesson('json-header', {
    summary: 'Lesson: a JSON header in front of the output of a command. Wrong by design',
    service: 'lesson-commands',
    framings: ['json-header'],
  }),
  lesson('file-upload', {
    summary: 'Lesson: stores a file; counts buffers and trusts its name. Wrong by design',
    service: 'lesson-uploads',
  }),
  lesson('file-download', {
    summary: 'Lesson: sends a file; trusts its name. Wrong by design',
    service: 'lesson-downloads',
  }),
  lesson('movie-upload', {
    summary: 'Lesson: stores files one after the other, half ones too. Wrong by design',
    service: 'lesson-uploads',
  }),
  lesson('send-loses-tail', {
    summary: 'Lesson: one send for a long reply: the tail is lost. Wrong by design',
    service: 'lesson-bulk',
  }),
  lesson('udp-greeting', {
    summary:
      'Lesson: a datagram comes with the address of its sender, and `hi` goes there. Wrong by design',
    service: 'greeting',
    framings: ['datagram'],
  }),
  lesson('udp-chat', {
    summary: 'Lesson: one socket for all peers; cuts what is long. Wrong by design',
    framings: ['datagram'],
  }),
  lesson('udp-time', {
    summary: 'Lesson: the time in the format of the message; cuts what is long. Wrong by design',
    service: 'time',
    framings: ['datagram'],
  }),
]

/**
 * Servers that teach one thing each, and mutants of them. Most cases for lessons are killers of a
 * lesson that is wrong by design (../lessons.test.ts); these are for what every lesson gets right.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defineMutants } from './mutant.ts'
import { RawConnection } from './plain-connections.ts'

const BUFFER_BYTES = 1_024
/** What is counted in whole buffers. */
const inBuffers = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(0, bytes.length - (bytes.length % BUFFER_BYTES))

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Each read is a message. */
class OneExchangeLesson extends RawConnection {
  static readonly service: string = 'lesson-one-exchange'

  override answer(message: Uint8Array): void {
    this.write(Buffer.from(textOf(message).toUpperCase()))
    this.finish()
  }
}

class TwoSendsLesson extends RawConnection {
  static readonly service: string = 'lesson-two-sends'
  seen = 0

  override answer(message: Uint8Array): void {
    this.write(Buffer.from(`${++this.seen}: ${textOf(message)}\n`))
  }
}

class CommandsLesson extends RawConnection {
  static readonly service: string = 'lesson-commands'

  override answer(message: Uint8Array): void {
    const [program = '', ...words] = textOf(message).split(' ')
    const said = this.isAllowed(program) ? words.join(' ') : `${program} is not allowed`
    this.write(Buffer.from(`${said}\n`))
  }

  isAllowed(program: string): boolean {
    return program === 'echo'
  }
}

class BulkLesson extends RawConnection {
  static readonly service: string = 'lesson-bulk'

  override answer(message: Uint8Array): void {
    this.write(new Uint8Array(Number(textOf(message).split(' ')[1])).fill(0x78))
    this.finish()
  }
}

class UploadsLesson extends RawConnection {
  static readonly service: string = 'lesson-uploads'

  override answerAll(): void {
    const bytes = this.input.subarray(this.start, this.end)
    if (bytes.length < 4) return
    const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
    if (bytes.length < 4 + headerBytes) return
    const { filename, filesize } = JSON.parse(textOf(bytes.subarray(4, 4 + headerBytes)))
    const content = bytes.subarray(4 + headerBytes)
    if (content.length < filesize) return
    this.start = this.end
    const path = join(folder(), basename(filename))
    const stored = this.stored(content)
    writeFileSync(path, stored)
    console.log(`stored ${stored.length} of ${filesize} bytes: ${path}`)
  }

  stored(content: Uint8Array): Uint8Array {
    return content
  }
}

class DownloadsLesson extends RawConnection {
  static readonly service: string = 'lesson-downloads'

  static starting(): void {
    console.log(`files are in ${folder()}`)
  }

  override answer(message: Uint8Array): void {
    const path = join(folder(), basename(textOf(message)))
    if (existsSync(path)) this.sendFile(readFileSync(path))
    this.finish()
  }

  sendFile(content: Uint8Array): void {
    const header = Buffer.from(JSON.stringify({ filesize: content.length }))
    const length = Buffer.alloc(4)
    length.writeInt32LE(header.length)
    this.write(Buffer.concat([length, header, this.sent(content)]))
  }

  sent(content: Uint8Array): Uint8Array {
    return content
  }
}

/** Whoever starts it says where, and cleans up there. */
const folder = (): string => process.argv[5]!

export const lessonServers = [
  OneExchangeLesson,
  TwoSendsLesson,
  CommandsLesson,
  BulkLesson,
  UploadsLesson,
  DownloadsLesson,
]

export const lessons = defineMutants([
  {
    id: 'lesson-ends-in-its-reply',
    fault: 'Ends when all of the reply but its last byte has been written.',
    killedBy: { 'lesson/one-exchange': ['lost-bytes'] },
    connection: class extends OneExchangeLesson {
      override write(bytes: Uint8Array) {
        super.write(bytes.subarray(0, -1))
      }
    },
  },
  {
    id: 'lesson-second-read-is-lost',
    fault: 'Takes one message and ends.',
    killedBy: { 'lesson/two-messages-two-reads': ['lost-messages'] },
    connection: class extends TwoSendsLesson {
      override answer(message: Uint8Array) {
        if (this.seen === 0) super.answer(message)
      }
    },
  },
  {
    id: 'lesson-command-without-line-end',
    fault: 'Trims what a command says.',
    killedBy: { 'lesson/command': ['lost-bytes'] },
    connection: class extends CommandsLesson {
      override write(bytes: Uint8Array) {
        super.write(Buffer.from(textOf(bytes).trim()))
      }
    },
  },
  {
    id: 'lesson-command-by-its-last-name',
    fault: 'Looks at the last component of a program only: any file of that name is run.',
    killedBy: { 'lesson/command-not-allowed': ['not-rejected'] },
    connection: class extends CommandsLesson {
      override isAllowed(program: string) {
        return super.isAllowed(basename(program))
      }
    },
  },
  {
    id: 'lesson-sendall-sends-once',
    fault: 'Does not look at how much of a write the kernel has taken.',
    killedBy: { 'lesson/long-reply': ['lost-bytes'] },
    connection: class extends BulkLesson {
      override tryWrite(bytes: Uint8Array) {
        super.tryWrite(bytes)
        return bytes.length
      }
    },
  },
  {
    id: 'lesson-upload-in-whole-buffers',
    fault: 'Stores whole buffers: a last piece that is short is lost.',
    killedBy: { 'lesson/upload': ['lost-bytes'] },
    connection: class extends UploadsLesson {
      override stored(content: Uint8Array) {
        return inBuffers(content)
      }
    },
  },
  {
    id: 'lesson-download-in-whole-buffers',
    fault: 'Sends whole buffers: a last piece that is short is lost.',
    killedBy: { 'lesson/download': ['lost-bytes'] },
    connection: class extends DownloadsLesson {
      override sent(content: Uint8Array) {
        return inBuffers(content)
      }
    },
  },
])

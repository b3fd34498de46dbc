/** Mutants that are wrong about refused frames, and about what strangers send. */
import { Connection, HEADER_BYTES, MESSAGE_BYTES_MAX } from './connection.ts'
import { defineMutants } from './mutant.ts'

/** Messages that one read may hold before the stack of a recursive loop is full. */
const CALLS_MAX = 1_500

const died = (what: string): never => {
  console.error(`Unhandled: ${what}`)
  process.exit(1)
}

export const moreLimits = defineMutants([
  {
    id: 'limit-for-whole-headers',
    fault: 'The limit is looked at only when a header came in one read.',
    killedBy: { 'hostile/refused-in-pieces': ['not-rejected'] },
    connection: class extends Connection {
      #inPieces = false
      override append(chunk: Uint8Array) {
        const held = this.end - this.start
        this.#inPieces ||= held > 0 && held < HEADER_BYTES
        super.append(chunk)
      }
      override isTooLong(length: number) {
        return !this.#inPieces && super.isTooLong(length)
      }
    },
  },
  {
    id: 'error-survives',
    fault: 'Once a frame was refused, clients that come later are refused as well.',
    killedBy: { 'hostile/fresh-state-after-refusal': ['closed-early', 'hung', 'starved-others'] },
    connection: class FailedConnection extends Connection {
      static hasFailed = false
      override refuse() {
        FailedConnection.hasFailed = true
        super.refuse()
      }
      override data(chunk: Uint8Array) {
        if (FailedConnection.hasFailed) super.refuse()
        super.data(chunk)
      }
    },
  },
  {
    id: 'skips-refused-body',
    fault: 'A message over the limit is read to its end and skipped.',
    killedBy: { 'hostile/body-of-refused-is-not-skipped': ['not-rejected'] },
    connection: class extends Connection {
      #skipBytes = 0
      override refuse() {
        this.#skipBytes = HEADER_BYTES + this.lengthAt(this.start)
        this.data(new Uint8Array(0))
      }
      override data(chunk: Uint8Array) {
        this.append(chunk)
        const skipped = Math.min(this.#skipBytes, this.end - this.start)
        this.#skipBytes -= skipped
        this.start += skipped
        if (this.#skipBytes === 0) this.answerAll()
        this.pauseIfOwing()
      }
    },
  },
  {
    id: 'dies-of-late-bytes',
    fault: 'Bytes that come on a connection which was refused end the process.',
    killedBy: { 'hostile/sends-on-after-refusal': ['crashed'] },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        if (this.phase === 'lingering') died('bytes on a connection that is given up')
        super.data(chunk)
      }
    },
  },
  {
    id: 'dies-of-text',
    fault: 'A header of letters is taken for a command that there is no handler for.',
    killedBy: { 'hostile/other-framings': ['crashed'] },
    connection: class extends Connection {
      override lengthAt(at: number) {
        const header = Buffer.from(this.input.subarray(at, at + HEADER_BYTES)).toString('latin1')
        if (/^[A-Za-z]{4}$/.test(header)) died(`no handler for ${header}`)
        return super.lengthAt(at)
      }
    },
  },
  {
    id: 'dies-of-huge-lengths',
    fault: 'A length of over 256 MiB ends the process for want of memory.',
    killedBy: { 'hostile/random-bytes': ['crashed'] },
    connection: class extends Connection {
      override isTooLong(length: number) {
        if (length > 64 * MESSAGE_BYTES_MAX) died('out of memory')
        return super.isTooLong(length)
      }
    },
  },
  {
    id: 'recursive-loop',
    fault: 'A loop that calls itself for each message of a read, until the stack is full.',
    killedBy: { 'hostile/flood-of-empties': ['crashed'] },
    connection: class extends Connection {
      override answerAll() {
        let calls = 0
        while (this.phase === 'serving' && this.answerNext()) {
          if (++calls > CALLS_MAX) died('stack overflow')
        }
      }
    },
  },
])

/** Mutants that are wrong about ends of connections that come together, late or often. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const ENDS_MAX = 40
const FRAME_MS_MAX = 300

export const moreEndings = defineMutants([
  {
    id: 'ends-one-by-one',
    fault: 'An end of a stream that comes right behind another one gets lost.',
    killedBy: { 'lifecycle/twenty-ends-together': ['not-closed'] },
    connection: class EndingConnection extends Connection {
      static isBusy = false
      override ended() {
        if (EndingConnection.isBusy) return
        EndingConnection.isBusy = true
        setTimeout(() => {
          EndingConnection.isBusy = false
        }, 5)
        super.ended()
      }
    },
  },
  {
    id: 'forty-ends',
    fault: 'The end of the stream is noticed forty times.',
    killedBy: { 'lifecycle/half-close-of-each': ['not-closed'] },
    connection: class EndingConnection extends Connection {
      static count = 0
      override ended() {
        if (++EndingConnection.count <= ENDS_MAX) super.ended()
      }
    },
  },
  {
    id: 'impatient',
    fault: 'A frame that is not complete after 0.3 s ends the connection.',
    killedBy: { 'lifecycle/slow-frame-is-waited-for': ['closed-early', 'hung', 'lost-messages'] },
    connection: class extends Connection {
      #timer: Timer | undefined
      override data(chunk: Uint8Array) {
        super.data(chunk)
        if (this.start === this.end) {
          clearTimeout(this.#timer)
          this.#timer = undefined
        } else this.#timer ??= setTimeout(() => this.socket.terminate(), FRAME_MS_MAX)
      }
    },
  },
  {
    id: 'dies-of-closed-client',
    fault: 'A write to a client that has left ends the process.',
    killedBy: {
      'lifecycle/reset-with-requests-waiting': ['crashed'],
      'lifecycle/close-without-reading': ['crashed'],
    },
    connection: class extends Connection {
      #answered = 0
      override answer(message: Uint8Array) {
        this.#answered++
        super.answer(message)
      }
      override tryWrite(bytes: Uint8Array) {
        const taken = this.socket.write(bytes)
        if (taken < 0) this.closed(new Error('write EPIPE'))
        return Math.max(0, taken)
      }
      override closed(error: Error | undefined) {
        if (!error || this.#answered < 2) return
        console.error(`Unhandled: ${error.message}`)
        process.exit(1)
      }
    },
  },
  {
    id: 'dies-of-broken-pipe',
    fault: 'A second write to a client that has closed ends the process, as SIGPIPE does.',
    killedBy: { 'lifecycle/close-with-requests-waiting': ['crashed'] },
    connection: class extends Connection {
      override tryWrite(bytes: Uint8Array) {
        const taken = this.socket.write(bytes)
        if (taken < 0) process.kill(process.pid, 'SIGKILL')
        return taken
      }
    },
  },
])

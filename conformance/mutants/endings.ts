/** Mutants that are wrong about how connections, and the server, begin and end. */
import { closeSync, openSync } from 'node:fs'
import { Connection, HEADER_BYTES } from './connection.ts'
import { defineMutants } from './mutant.ts'

const died = (what: string): never => {
  console.error(`Unhandled: ${what}`)
  process.exit(1)
}

export const endings = defineMutants([
  {
    id: 'answers-the-end',
    fault: 'The end of the stream is answered as if it were an empty message.',
    killedBy: {
      'boundary/nothing-sent': ['extra-bytes'],
      'lifecycle/fin-between-frames': ['extra-bytes'],
    },
    connection: class extends Connection {
      override ended() {
        this.answer(new Uint8Array(0))
        super.ended()
      }
    },
  },
  {
    id: 'never-closes',
    fault: 'A connection that the client has half-closed is kept for ever.',
    killedBy: {
      'resources/no-socket-waits-for-close': ['leak'],

      'boundary/nothing-sent': ['not-closed'],
      'lifecycle/connect-and-vanish': ['leak'],
    },
    connection: class extends Connection {
      override ended() {
        this.peerEnded = true
      }
    },
  },
  {
    id: 'waits-inside-header',
    fault: 'The end of the stream inside a header is not noticed.',
    killedBy: {
      'lifecycle/fin-inside-header': ['not-closed'],
      'hostile/cut-off-at-every-byte': ['not-closed'],
    },
    connection: class extends Connection {
      override ended() {
        const held = this.end - this.start
        if (held === 0 || held >= HEADER_BYTES) super.ended()
      }
    },
  },
  {
    id: 'delivers-partial',
    fault: 'A message that the end of the stream cut off is answered.',
    killedBy: {
      'lifecycle/fin-inside-message': ['truncated-delivered'],
      'generated/ends': ['truncated-delivered'],
      'hostile/cut-off-at-every-byte': ['truncated-delivered'],
      'lifecycle/fresh-state-after-truncation': ['truncated-delivered'],
    },
    connection: class extends Connection {
      override ended() {
        const body = this.start + HEADER_BYTES
        if (this.end > body) this.answer(this.input.slice(body, this.end))
        super.ended()
      }
    },
  },
  {
    id: 'drops-last-with-fin',
    fault: 'Reads are looked at a moment later, and not at all once the stream has ended.',
    killedBy: { 'lifecycle/last-frame-with-fin': ['closed-early'] },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        const bytes = chunk.slice()
        setTimeout(() => super.data(bytes), 20)
      }
    },
  },
  {
    id: 'fin-means-gone',
    fault: 'Replies take a moment, and the client’s FIN is taken for its departure.',
    killedBy: {
      'lifecycle/half-close-then-reply': ['closed-early', 'lost-bytes'],
      'lifecycle/empty-message-then-fin': ['closed-early'],
      'lifecycle/last-frame-with-fin': ['closed-early'],
    },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        setTimeout(() => this.socket.readyState > 0 && super.answer(message), 20)
      }
      override ended() {
        this.socket.terminate()
      }
    },
  },
  {
    id: 'dies-of-reset',
    fault: 'ECONNRESET ends the process.',
    killedBy: {
      'lifecycle/reset-anywhere': ['crashed'],
      'lifecycle/reset-while-writing': ['crashed'],
    },
    connection: class extends Connection {
      override closed(error: Error | undefined) {
        if (error) died(error.message)
      }
    },
  },
  {
    id: 'reset-ends-the-next',
    fault: 'When a client resets its connection, the one that came behind it is closed as well.',
    killedBy: { 'lifecycle/reset-anywhere': ['closed-early'] },
    connection: class NumberedConnection extends Connection {
      static readonly all: NumberedConnection[] = []
      override opened() {
        NumberedConnection.all.push(this)
      }
      override closed(error: Error | undefined) {
        const next = NumberedConnection.all.indexOf(this) + 1
        if (error) NumberedConnection.all[next]?.socket.terminate()
      }
    },
  },
  {
    id: 'reset-empties-buffers',
    fault: 'When a client resets its connection, what has come of all others is thrown away.',
    killedBy: { 'lifecycle/reset-anywhere': ['closed-early', 'hung', 'lost-messages'] },
    connection: class OpenConnection extends Connection {
      static readonly all = new Set<OpenConnection>()
      override opened() {
        OpenConnection.all.add(this)
      }
      override closed(error: Error | undefined) {
        OpenConnection.all.delete(this)
        if (error) for (const other of OpenConnection.all) other.start = other.end
      }
    },
  },
  {
    id: 'dies-of-reset-while-writing',
    fault: 'A reset ends the process when replies are waiting.',
    killedBy: { 'lifecycle/reset-while-writing': ['crashed'] },
    connection: class extends Connection {
      override closed(error: Error | undefined) {
        if (error && this.pending.length > 0) died(error.message)
      }
    },
  },
  {
    id: 'dies-of-vanished-client',
    fault: 'A client that has gone before it is accepted ends the process.',
    killedBy: { 'lifecycle/reset-before-accept': ['crashed'] },
    connection: class extends Connection {
      override opened() {
        if (this.socket.remoteAddress === undefined) died('ENOTCONN')
      }
    },
  },
  {
    id: 'leaks-a-descriptor',
    fault: 'A file is opened for every connection and never closed.',
    killedBy: { 'lifecycle/connect-and-vanish': ['leak'] },
    connection: class extends Connection {
      override opened() {
        openSync('/dev/null', 'r')
      }
    },
  },
  {
    id: 'leaks-when-refusing',
    fault: 'What belongs to a connection is given back at its end, but not when it was refused.',
    killedBy: { 'hostile/refused-are-released': ['leak'] },
    connection: class extends Connection {
      #file = 0
      override opened() {
        this.#file = openSync('/dev/null', 'r')
      }
      override refuse() {
        this.#file = 0
        super.refuse()
      }
      override closed() {
        if (this.#file > 0) closeSync(this.#file)
      }
    },
  },
  {
    id: 'half-frame-survives',
    fault: 'Half a frame that one connection left behind is put in front of the next one’s bytes.',
    killedBy: {
      'lifecycle/fresh-state-after-truncation': ['corrupted', 'hung', 'closed-early', 'merged'],
    },
    connection: class LeavingConnection extends Connection {
      static left: Uint8Array = new Uint8Array(0)
      override opened() {
        this.append(LeavingConnection.left)
        LeavingConnection.left = new Uint8Array(0)
      }
      override ended() {
        LeavingConnection.left = this.input.slice(this.start, this.end)
        super.ended()
      }
    },
  },
  {
    id: 'sigterm-drops-replies',
    fault: 'SIGTERM ends the process at once, replies still on their way.',
    killedBy: { 'lifecycle/sigterm-with-replies-in-flight': ['closed-early', 'crashed'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length < 10) return super.answer(message)
        setTimeout(() => super.answer(message), 50)
      }
      override stop() {
        process.exit(0)
      }
    },
  },
  {
    id: 'sigterm-is-a-failure',
    fault: 'After SIGTERM the process ends with a status other than 0.',
    killedBy: {
      'lifecycle/sigterm-when-idle': ['exit-code'],
      'lifecycle/sigterm-with-replies-in-flight': ['exit-code'],
    },
    connection: class extends Connection {
      override stop() {
        super.stop()
        process.on('exit', () => process.exit(143))
      }
    },
  },
  {
    id: 'spins-when-idle',
    fault: 'After a client’s FIN the loop goes on asking whether there is more.',
    killedBy: { 'lifecycle/idle-costs-nothing': ['busy'] },
    connection: class extends Connection {
      override ended() {
        super.ended()
        const spin = () => void setImmediate(spin)
        spin()
      }
    },
  },
])

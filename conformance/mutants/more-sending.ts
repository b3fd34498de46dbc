/** Mutants whose replies get lost, mixed up or stuck while they wait for the kernel. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const HEADER_BYTES = 4
const SMALL_BYTES = 64
const WAITING_BYTES_MAX = 600_000

export const moreSending = defineMutants([
  {
    id: 'drops-behind-much',
    fault: 'A reply is dropped when more than half a megabyte waits in front of it.',
    killedBy: {
      'sending/small-replies-behind-a-blocked-one': ['lost-messages', 'corrupted', 'reordered'],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        if (this.pendingBytes <= WAITING_BYTES_MAX) super.write(bytes)
      }
      override pauseIfOwing() {
        if (this.pending.length === 0) return
        this.paused = true
        this.socket.pause()
      }
    },
  },
  {
    id: 'one-queue-for-all',
    fault: 'Replies of all clients wait in one queue.',
    killedBy: {
      'sending/several-slow-readers': [
        'corrupted',
        'malformed-reply',
        'lost-bytes',
        'lost-messages',
        'hung',
        'closed-early',
        'merged',
      ],
    },
    connection: class QueueConnection extends Connection {
      static readonly queue: Uint8Array[] = []
      override opened() {
        this.pending = QueueConnection.queue
      }
    },
  },
  {
    id: 'interrupted-read-lost',
    fault: 'What is read after a signal is taken for the error that signals cause.',
    killedBy: {
      'sending/stopped-and-continued': [
        'corrupted',
        'lost-bytes',
        'lost-messages',
        'closed-early',
        'hung',
        'merged',
      ],
    },
    connection: class extends Connection {
      #interrupted = false
      readonly #interrupt = () => {
        this.#interrupted = true
      }
      override opened() {
        process.on('SIGCONT', this.#interrupt)
      }
      override closed() {
        process.off('SIGCONT', this.#interrupt)
      }
      override data(chunk: Uint8Array) {
        if (!this.#interrupted) return super.data(chunk)
        this.#interrupted = false
      }
    },
  },
  {
    id: 'header-written-once',
    fault: 'The header is written by itself, without a look at how much of it was taken.',
    killedBy: {
      'sending/full-among-tiny-replies': [
        'corrupted',
        'malformed-reply',
        'lost-bytes',
        'lost-messages',
        'hung',
        'merged',
      ],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        if (this.pending.length > 0) return super.write(bytes)
        this.tryWrite(bytes.subarray(0, HEADER_BYTES))
        super.write(bytes.subarray(HEADER_BYTES))
      }
    },
  },
  {
    id: 'drops-what-is-not-taken',
    fault: 'A reply of which the kernel takes nothing is dropped.',
    killedBy: {
      'sending/full-between-replies': [
        'lost-messages',
        'hung',
        'lost-bytes',
        'merged',
        'reordered',
      ],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        if (this.pending.length > 0) return super.write(bytes)
        const taken = this.tryWrite(bytes)
        if (taken > 0 && taken < bytes.length) this.pending.push(bytes.subarray(taken))
      }
    },
  },
  {
    id: 'small-replies-first',
    fault: 'A small reply is put in front of the ones that wait.',
    killedBy: {
      'sending/small-replies-behind-a-blocked-one': ['reordered', 'lost-messages', 'corrupted'],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        const isFirst = this.pending.length > 1 && bytes.length < SMALL_BYTES
        if (isFirst) this.pending.splice(1, 0, bytes)
        else super.write(bytes)
      }
    },
  },
  {
    id: 'end-behind-pause-lost',
    fault: 'The end of the stream of a connection that was paused before is not noticed.',
    killedBy: { 'backpressure/end-behind-a-stall': ['not-closed'] },
    connection: class extends Connection {
      #wasPaused = false
      override pauseIfOwing() {
        super.pauseIfOwing()
        this.#wasPaused ||= this.paused
      }
      override ended() {
        if (!this.#wasPaused) super.ended()
      }
    },
  },
])

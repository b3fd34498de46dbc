/** Mutants that do not get their replies out, or get them out at others' expense. */
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const POOL_BYTES = 64 * 1024

export const sending = defineMutants([
  {
    id: 'ignores-short-writes',
    fault: 'What the kernel did not take of a write is lost.',
    killedBy: {
      'sending/slow-reader-32mib': ['lost-bytes'],
      'lifecycle/half-close-with-slow-reader': ['lost-bytes'],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        this.tryWrite(bytes)
      }
    },
  },
  {
    id: 'restarts-short-writes',
    fault: 'After a short write the whole reply is written again from its start.',
    killedBy: {
      'sending/small-window': ['corrupted', 'malformed-reply', 'merged', 'extra-bytes'],
      'sending/slow-reader-32mib': ['corrupted', 'malformed-reply', 'merged', 'extra-bytes'],
    },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        if (this.pending.length > 0) return void this.pending.push(bytes)
        if (this.tryWrite(bytes) < bytes.length) this.pending.push(bytes)
      }
    },
  },
  {
    id: 'doubles-after-short-write',
    fault: 'A reply that was written in two parts is sent once more.',
    killedBy: { 'sending/slow-reader-32mib': ['duplicated'] },
    connection: class extends Connection {
      #doubled = false
      override write(bytes: Uint8Array) {
        const wasPending = this.pending.length > 0
        super.write(bytes)
        if (wasPending || this.pending.length === 0 || this.#doubled) return
        this.#doubled = true
        super.write(bytes)
      }
    },
  },
  {
    id: 'newest-reply-first',
    fault: 'Replies that wait for the kernel are written newest first.',
    killedBy: { 'sending/order-kept-while-blocked': ['reordered', 'lost-messages', 'corrupted'] },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        // Behind the one that is half written, in front of all others.
        if (this.pending.length > 0) this.pending.splice(1, 0, bytes)
        else super.write(bytes)
      }
    },
  },
  {
    id: 'pooled-replies',
    fault: 'Waiting replies point into a pool that later replies are built in.',
    killedBy: {
      'sending/order-kept-while-blocked': ['corrupted', 'duplicated', 'reordered', 'lost-messages'],
    },
    connection: class extends Connection {
      readonly #pool = new Uint8Array(POOL_BYTES)
      #at = 0
      override frame(message: Uint8Array) {
        const frame = super.frame(message)
        if (frame.length > POOL_BYTES) return frame
        if (this.#at + frame.length > POOL_BYTES) this.#at = 0
        this.#pool.set(frame, this.#at)
        this.#at += frame.length
        return this.#pool.subarray(this.#at - frame.length, this.#at)
      }
    },
  },
  {
    id: 'resumes-once',
    fault: 'A connection that was paused a second time is never read again.',
    killedBy: {
      'sending/goes-on-after-a-stall': ['hung', 'lost-messages', 'lost-bytes'],

      'backpressure/resumes-many-times': ['hung', 'lost-messages', 'lost-bytes'],
    },
    connection: class extends Connection {
      #resumed = 0
      override resumeIfPossible() {
        if (this.paused && ++this.#resumed > 1) return
        super.resumeIfPossible()
      }
    },
  },
  {
    id: 'writes-only-when-reading',
    fault: 'What is waiting to be written is looked at again when the next request comes.',
    killedBy: { 'sending/both-directions-at-once': ['lost-bytes'] },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        super.drain()
        super.data(chunk)
      }
      override drain() {}
      override pauseIfOwing() {}
    },
  },
  {
    id: 'never-pauses',
    fault: 'Requests are read on while replies are not: all of it stays in memory.',
    killedBy: { 'backpressure/stops-reading': ['memory'] },
    connection: class extends Connection {
      override pauseIfOwing() {}
    },
  },
  {
    id: 'blocking-writes',
    fault: 'The loop that serves everybody waits until one client has taken its reply.',
    killedBy: { 'backpressure/stalled-client-harms-nobody': ['starved-others'] },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        let rest = bytes
        while (rest.length > 0) {
          const taken = this.socket.write(rest)
          if (taken < 0) return
          if (taken === 0) Bun.sleepSync(1)
          rest = rest.subarray(taken)
        }
      }
    },
  },
  {
    id: 'drops-owed-at-fin',
    fault: 'The client’s FIN ends the connection, whatever is still waiting to be written.',
    killedBy: { 'lifecycle/fin-while-replies-wait': ['lost-bytes', 'closed-early'] },
    connection: class extends Connection {
      override ended() {
        this.pending = []
        super.ended()
      }
    },
  },
  {
    id: 'looks-for-fin-first',
    fault: 'A server without back-pressure, that reads a FIN while it owes and then closes.',
    killedBy: {
      'sending/large-reply-then-close': ['lost-bytes', 'closed-early'],
      'lifecycle/fin-while-replies-wait': ['lost-bytes', 'closed-early'],
    },
    connection: class extends Connection {
      override pauseIfOwing() {}
      override ended() {
        this.pending = []
        super.ended()
      }
    },
  },
  {
    id: 'loses-its-place',
    fault: 'Of a reply that was written in many parts, one byte is written twice.',
    killedBy: {
      'boundary/reader-pauses': ['corrupted', 'malformed-reply', 'lost-messages'],
      'sending/small-window': ['corrupted', 'malformed-reply', 'lost-messages'],
    },
    connection: class extends Connection {
      override tryWrite(bytes: Uint8Array) {
        const taken = super.tryWrite(bytes)
        return taken > 1 && taken < bytes.length ? taken - 1 : taken
      }
    },
  },
])

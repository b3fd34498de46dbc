/** Mutants that do not give back what they took, or take more than they need. */
import { openSync } from 'node:fs'
import { Connection } from './connection.ts'
import { defineMutants } from './mutant.ts'

const LARGE_BYTES = 65_536
const SPIN_MS = 0.05
const COLLECTED_BYTES = 256 * 1024
const kept: unknown[] = []

/** Memory that is really there. */
const filled = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(1)

export const keeping = defineMutants([
  {
    id: 'leaks-when-reset',
    fault: 'A descriptor is not given back when the client resets its connection.',
    killedBy: { 'resources/aborted-are-released': ['leak'] },
    connection: class extends Connection {
      override closed(error: Error | undefined) {
        if (error) openSync('/dev/null', 'r')
      }
    },
  },
  {
    id: 'leaks-when-owing',
    fault: 'A descriptor is not given back when replies were still waiting.',
    killedBy: { 'resources/stalled-and-reset-are-released': ['leak'] },
    connection: class extends Connection {
      override closed() {
        if (this.pending.length > 0) openSync('/dev/null', 'r')
      }
    },
  },
  {
    id: 'keeps-a-little',
    fault: 'A few hundred bytes of every message are kept for ever.',
    killedBy: { 'resources/memory-over-messages': ['leak'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        kept.push(filled(400))
        super.answer(message)
      }
    },
  },
  {
    id: 'keeps-a-little-of-empties',
    fault: 'A few hundred bytes of every empty message are kept for ever.',
    killedBy: { 'resources/memory-over-empty-messages': ['leak'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length === 0) kept.push(filled(400))
        super.answer(message)
      }
    },
  },
  {
    id: 'keeps-large-messages',
    fault: 'Large messages are kept for ever.',
    killedBy: { 'resources/memory-over-large-messages': ['leak'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length > LARGE_BYTES) kept.push(message.slice())
        super.answer(message)
      }
    },
  },
  {
    id: 'keeps-half-frames',
    fault: 'What came of a message is kept when its connection ends inside it.',
    killedBy: { 'resources/memory-over-half-frames': ['leak'] },
    connection: class extends Connection {
      override closed() {
        if (this.end > this.start) kept.push(this.input.slice(this.start, this.end))
      }
    },
  },
  {
    id: 'keeps-connections',
    fault: 'What belongs to a connection is kept when it has ended.',
    killedBy: { 'resources/memory-over-connections': ['leak'] },
    connection: class extends Connection {
      override closed() {
        kept.push(filled(40_000))
      }
    },
  },
  {
    id: 'keeps-what-waited',
    fault: 'Of every reply that has to wait a little is kept.',
    killedBy: { 'resources/memory-over-stalls': ['leak'] },
    connection: class extends Connection {
      override write(bytes: Uint8Array) {
        if (this.pending.length > 0) kept.push(filled(16_000))
        super.write(bytes)
      }
    },
  },
  {
    id: 'keeps-a-little-of-connections',
    fault: 'A few kilobytes of every connection are kept when it has ended.',
    killedBy: { 'resources/memory-creeps-with-connections': ['leak'] },
    connection: class CollectingConnection extends Connection {
      static bytes = 0
      override answer(message: Uint8Array) {
        super.answer(message)
        CollectingConnection.collect(message.length)
      }
      override closed() {
        kept.push(filled(8_000))
        CollectingConnection.collect(COLLECTED_BYTES / 25)
      }
      /** As where nothing is put off: a little shows only there. */
      static collect(bytes: number) {
        CollectingConnection.bytes += bytes
        if (CollectingConnection.bytes < COLLECTED_BYTES) return
        CollectingConnection.bytes = 0
        Bun.gc(true)
      }
    },
  },
  {
    id: 'leaves-zombies',
    fault: 'A child is started for every connection, and nobody waits for it when it has ended.',
    killedBy: { 'resources/ended-children-are-awaited': ['leak'] },
    connection: class extends Connection {
      override opened() {
        // What the shell becomes does not know that it has a child.
        Bun.spawn(['sh', '-c', 'true & exec sleep 1000'], { stdio: ['ignore', 'ignore', 'ignore'] })
      }
    },
  },
  {
    id: 'keeps-reset-connections',
    fault: 'What belongs to a connection is kept when it was reset.',
    killedBy: { 'resources/memory-over-connections': ['leak'] },
    connection: class extends Connection {
      override closed(error: Error | undefined) {
        if (error) kept.push(filled(160_000))
      }
    },
  },
  {
    id: 'keeps-refused-connections',
    fault: 'What belongs to a connection is kept when it was refused.',
    killedBy: { 'resources/memory-over-refused': ['leak'] },
    connection: class extends Connection {
      override refuse() {
        kept.push(filled(40_000))
        super.refuse()
      }
    },
  },
  {
    id: 'keeps-outgrown-buffers',
    fault: 'A buffer is kept when a longer message has replaced it by a larger one.',
    killedBy: { 'resources/memory-over-half-frames': ['leak'] },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        const before = this.input
        super.append(chunk)
        if (this.input !== before) kept.push(before)
      }
    },
  },
  {
    id: 'copy-for-every-piece',
    fault: 'For every piece of a message a copy of all that has come is made and kept for a while.',
    killedBy: { 'resources/memory-of-one-message': ['memory'] },
    connection: class extends Connection {
      #copies: Uint8Array[] = []
      override append(chunk: Uint8Array) {
        super.append(chunk)
        this.#copies.push(this.input.slice(this.start, this.end))
      }
      override answer(message: Uint8Array) {
        this.#copies = []
        super.answer(message)
      }
    },
  },
  {
    id: 'polls-every-client',
    fault: 'Every client is asked a thousand times a second whether there is more.',
    killedBy: { 'resources/idle-connections-cost-nothing': ['busy'] },
    connection: class extends Connection {
      #timer: Timer | undefined
      override opened() {
        this.#timer = setInterval(() => {
          const until = performance.now() + SPIN_MS
          while (performance.now() < until);
        }, 1)
      }
      override closed() {
        clearInterval(this.#timer)
      }
    },
  },
])

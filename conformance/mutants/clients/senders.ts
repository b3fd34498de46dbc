/** Faults in what a client sends. */
import { Connection } from '../connection.ts'
import { clientOf } from './client.ts'
import type { ClientMutant } from './mutant.ts'

const Right = clientOf(Connection)
const CUT_BYTES = 64 * 1024

export const senders: readonly ClientMutant[] = [
  {
    id: 'sends-little-endian',
    fault: 'Writes lengths in the wrong byte order.',
    killedBy: { 'client/request-widths': ['malformed-request', 'split'] },
    client: clientOf(
      class extends Connection {
        override frame(message: Uint8Array) {
          const bytes = super.frame(message)
          bytes.subarray(0, 4).reverse()
          return bytes
        }
      },
    ),
  },
  {
    id: 'sends-trimmed',
    fault: 'Takes white space off its requests.',
    killedBy: { 'client/request-bytes': ['split', 'corrupted'] },
    client: class extends Right {
      override send(request: Uint8Array) {
        super.send(Buffer.from(Buffer.from(request).toString('latin1').trim(), 'latin1'))
      }
    },
  },
  {
    id: 'counts-characters',
    fault: 'Announces the number of characters of a request, not of its bytes.',
    killedBy: { 'client/request-characters': ['split', 'corrupted'] },
    client: clientOf(
      class extends Connection {
        override frame(message: Uint8Array) {
          const bytes = super.frame(message)
          const characters = [...new TextDecoder().decode(message)].length
          new DataView(bytes.buffer).setUint32(0, characters)
          return bytes
        }
      },
    ),
  },
  {
    id: 'skips-empty-requests',
    fault: 'Sends nothing for an empty line.',
    killedBy: { 'client/empty-request': ['lost-messages'] },
    client: class extends Right {
      override send(request: Uint8Array) {
        if (request.length > 0) super.send(request)
      }
    },
  },
  {
    id: 'sends-equal-ones-once',
    fault: 'Sends a request once that it was given twice in a row.',
    killedBy: { 'client/equal-requests': ['lost-messages', 'hung'] },
    client: class extends Right {
      override sendAll() {
        const texts = this.requests.map((request) => Buffer.from(request).toString('hex'))
        this.requests.forEach((request, index) => {
          if (index === 0 || texts[index] !== texts[index - 1]) this.send(request)
        })
      }
    },
  },
  {
    id: 'sends-short-ones-first',
    fault: 'Sends short requests before long ones.',
    killedBy: { 'client/requests-in-order': ['reordered'] },
    client: class extends Right {
      override sendAll() {
        const sorted = [...this.requests].sort((one, other) => one.length - other.length)
        for (const request of sorted) this.send(request)
      }
    },
  },
  {
    id: 'cuts-requests',
    fault: 'Sends no more of a request than fits into a buffer of 64 KiB.',
    killedBy: { 'client/large-request': ['lost-bytes', 'split'] },
    client: class extends Right {
      override send(request: Uint8Array) {
        super.send(request.subarray(0, CUT_BYTES))
      }
    },
  },
  {
    id: 'writes-once',
    fault: 'Does not look at how much of a write the kernel has taken.',
    killedBy: { 'client/server-does-not-read': ['lost-bytes'] },
    client: clientOf(
      class extends Connection {
        override tryWrite(bytes: Uint8Array) {
          super.tryWrite(bytes)
          return bytes.length
        }
      },
    ),
  },
  {
    id: 'begins-anew',
    fault: 'Goes on with a write that came up short at the wrong place.',
    killedBy: { 'client/server-reads-slowly': ['corrupted', 'lost-bytes'] },
    client: clientOf(
      class extends Connection {
        whole: Uint8Array | null = null
        override tryWrite(bytes: Uint8Array) {
          const taken = super.tryWrite(bytes)
          if (taken === bytes.length) return taken
          // What it remembers is the length that is left, not where it stands.
          const left = bytes.length - taken
          bytes.copyWithin(taken, 0, left)
          return taken
        }
      },
    ),
  },
  {
    id: 'drops-when-full',
    fault: 'Throws a request away when the one before has not been taken whole.',
    killedBy: { 'client/many-requests-unread': ['lost-messages', 'corrupted', 'split'] },
    client: class extends Right {
      override send(request: Uint8Array) {
        if (this.pending.length === 0) super.send(request)
      }
    },
  },
  {
    id: 'reads-when-all-is-sent',
    fault: 'Reads no more than once until its requests have been taken.',
    killedBy: { 'client/both-directions-full': ['hung'] },
    client: class extends Right {
      override data(chunk: Uint8Array) {
        super.data(chunk)
        if (this.pending.length === 0 || this.paused) return
        this.paused = true
        this.socket.pause()
      }
    },
  },
]

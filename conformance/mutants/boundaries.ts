/** Mutants that are wrong about where a message begins and ends. */
import { Connection, HEADER_BYTES, type Look } from './connection.ts'
import { defineMutants } from './mutant.ts'

const LARGE_BYTES = 10_000
const RECV_BYTES = 4_096

/** Lengths are read from whatever is there of a header; the rest counts as zero. */
const headSoFar = (input: Uint8Array, start: number, end: number): number => {
  const header = new Uint8Array(HEADER_BYTES)
  header.set(input.subarray(start, Math.min(end, start + HEADER_BYTES)))
  return new DataView(header.buffer).getUint32(0)
}

export const boundaries = defineMutants([
  {
    id: 'one-read-is-one-message',
    fault: 'What one read returns, without its first four bytes, is taken for one message.',
    killedBy: {
      'boundary/two-frames-one-write': ['merged'],
      'boundary/pipelined': ['merged'],
      'generated/merges': ['merged', 'split'],
    },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        if (chunk.length >= HEADER_BYTES) this.answer(chunk.slice(HEADER_BYTES))
      }
    },
  },
  {
    id: 'header-in-one-read',
    fault: 'The header is read with one recv and taken for whole.',
    killedBy: {
      'boundary/header-split-anywhere': ['split', 'merged', 'corrupted'],
      'boundary/every-byte-apart': ['split', 'merged', 'corrupted'],
      'boundary/tail-and-half-header': ['split', 'merged', 'corrupted'],
      'generated/cuts': ['split', 'merged', 'corrupted', 'closed-early', 'hung', 'lost-messages'],
    },
    connection: class extends Connection {
      override look(): Look {
        const held = this.end - this.start
        if (held === 0 || held >= HEADER_BYTES) return super.look()
        const length = headSoFar(this.input, this.start, this.end)
        if (this.isTooLong(length)) return 'refuse'
        return { message: new Uint8Array(length), next: this.end }
      }
    },
  },
  {
    id: 'body-in-one-read',
    fault: 'The message is read with one recv and taken for whole.',
    killedBy: {
      'boundary/message-split-anywhere': ['split'],
      'boundary/every-byte-apart': ['split', 'corrupted', 'hung'],
      'boundary/header-then-message': ['split', 'corrupted', 'hung'],
      'boundary/chop-sizes': ['split'],
      'integrity/random-megabyte': ['split'],
    },
    connection: class extends Connection {
      override look(): Look {
        const held = this.end - this.start
        if (held < HEADER_BYTES) return 'need-more'
        const whole = super.look()
        if (whole !== 'need-more') return whole
        const message = this.input.slice(this.start + HEADER_BYTES, this.end)
        return { message, next: this.end }
      }
    },
  },
  {
    id: 'header-and-body-in-one-read',
    fault: 'A header without its message in the same read is thrown away.',
    killedBy: {
      'boundary/header-then-message': ['hung', 'closed-early'],
      'boundary/tail-and-header': ['lost-messages', 'closed-early'],
    },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        super.append(chunk)
        if (this.end - this.start === HEADER_BYTES && this.lengthAt(this.start) > 0) {
          this.start = this.end
        }
      }
      override answerNext() {
        const answered = super.answerNext()
        if (!answered && this.end - this.start === HEADER_BYTES) this.start = this.end
        return answered
      }
    },
  },
  {
    id: 'one-message-per-event',
    fault: 'One message is decoded per readable event; the rest waits for the next event.',
    killedBy: {
      'boundary/thousand-tiny-frames': ['lost-messages'],
      'boundary/empty-between': ['lost-messages'],
      'integrity/identical-frames': ['lost-messages'],
    },
    connection: class extends Connection {
      override answerAll() {
        this.answerNext()
      }
    },
  },
  {
    id: 'fifty-messages-per-event',
    fault: 'A loop that yields to other clients after fifty messages and forgets to come back.',
    killedBy: {
      'boundary/hundred-empties': ['lost-messages'],
      'boundary/pipelined': ['lost-messages'],
    },
    connection: class extends Connection {
      override answerAll() {
        for (let budget = 50; budget > 0 && this.answerNext(); budget--);
      }
    },
  },
  {
    id: 'stops-after-large',
    fault: 'The loop over messages ends behind a large one.',
    killedBy: {
      'boundary/small-behind-large-in-pieces': ['lost-messages'],

      'boundary/three-sizes-one-write': ['lost-messages'],
    },
    connection: class extends Connection {
      override answerAll() {
        for (let look = this.look(); this.answerNext(); look = this.look()) {
          if (typeof look === 'object' && look.message.length > LARGE_BYTES) return
        }
      }
    },
  },
  {
    id: 'forgets-behind-message',
    fault: 'Bytes behind the first complete message of a read are thrown away.',
    killedBy: {
      'boundary/tail-and-whole-frame': ['lost-messages'],
      'boundary/tail-and-header': ['lost-messages', 'closed-early'],
      'boundary/tail-and-half-header': ['lost-messages', 'closed-early'],
      'boundary/everything-at-once': ['lost-messages', 'closed-early'],
      'boundary/growing-ramp': ['lost-messages', 'closed-early'],
    },
    connection: class extends Connection {
      override answerAll() {
        if (this.answerNext()) this.start = this.end
      }
    },
  },
  {
    id: 'forgets-half-header',
    fault: 'Half a header behind a complete message is thrown away.',
    killedBy: {
      'boundary/tail-and-half-header': ['lost-messages', 'closed-early', 'corrupted'],
      'boundary/everything-at-once': ['lost-messages', 'closed-early', 'corrupted'],
    },
    connection: class extends Connection {
      override answerNext() {
        const answered = super.answerNext()
        if (answered && this.end - this.start < HEADER_BYTES) this.start = this.end
        return answered
      }
    },
  },
  {
    id: 'full-buffer-waits',
    fault: 'A read that filled the buffer exactly is taken for incomplete.',
    killedBy: { 'boundary/two-fill-the-buffer': ['hung', 'lost-messages'] },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        if (chunk.length === RECV_BYTES) return this.append(chunk)
        super.data(chunk)
      }
    },
  },
  {
    id: 'header-not-counted',
    fault: 'The buffer holds 4,096 bytes of message but was not made larger for the header.',
    killedBy: { 'boundary/buffer-edges': ['hung', 'split', 'corrupted', 'closed-early'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        const cut = message.length > RECV_BYTES - HEADER_BYTES && message.length <= RECV_BYTES
        super.answer(cut ? message.subarray(0, RECV_BYTES - HEADER_BYTES) : message)
      }
    },
  },
  {
    id: 'unwraps-frames',
    fault: 'A message that is itself frames is answered as these frames.',
    killedBy: { 'boundary/message-like-frames': ['split', 'corrupted'] },
    connection: class extends Connection {
      override answer(message: Uint8Array) {
        if (message.length <= HEADER_BYTES) return super.answer(message)
        const inner = new DataView(message.buffer).getUint32(0)
        const fits = inner > 0 && inner + HEADER_BYTES < message.length
        if (fits) super.answer(message.slice(HEADER_BYTES, HEADER_BYTES + inner))
        super.answer(fits ? message.slice(HEADER_BYTES + inner) : message)
      }
    },
  },
  {
    id: 'streams-through',
    fault: 'Every byte is echoed as it comes: a reply begins before its request is complete.',
    killedBy: {
      'boundary/last-byte-apart': ['delivered-early'],
      'lifecycle/fin-inside-header': ['extra-bytes'],
      'lifecycle/fin-inside-message': ['truncated-delivered'],
      'hostile/cut-off-at-every-byte': ['truncated-delivered'],
      'hostile/nothing-after-refused': ['not-rejected'],
    },
    connection: class extends Connection {
      override data(chunk: Uint8Array) {
        this.write(chunk.slice())
        this.pauseIfOwing()
      }
    },
  },
  {
    id: 'swept-by-others',
    fault: 'Half-read frames are dropped after fifty messages on other connections.',
    killedBy: { 'boundary/pause-inside-frame': ['lost-messages', 'closed-early'] },
    connection: class SweptConnection extends Connection {
      static readonly all = new Set<SweptConnection>()
      othersSinceRead = 0
      override opened() {
        SweptConnection.all.add(this)
      }
      override closed() {
        SweptConnection.all.delete(this)
      }
      override data(chunk: Uint8Array) {
        if (this.othersSinceRead > 50) this.start = this.end
        this.othersSinceRead = 0
        super.data(chunk)
      }
      override answer(message: Uint8Array) {
        for (const other of SweptConnection.all) if (other !== this) other.othersSinceRead++
        super.answer(message)
      }
    },
  },
  {
    id: 'shared-buffer',
    fault: 'All connections collect their bytes in one buffer.',
    killedBy: {
      'boundary/three-connections-cut-alike': [
        'corrupted',
        'hung',
        'closed-early',
        'lost-messages',
        'merged',
        'extra-bytes',
      ],

      'boundary/two-connections-interleaved': ['lost-messages', 'closed-early', 'corrupted'],
      'hostile/hundred-half-frames': ['corrupted', 'hung', 'closed-early', 'lost-messages'],
    },
    connection: class SharingConnection extends Connection {
      static bytes: Uint8Array = new Uint8Array(0)
      override data(chunk: Uint8Array) {
        this.start = this.end = 0
        this.append(SharingConnection.bytes)
        super.data(chunk)
        SharingConnection.bytes = this.input.slice(this.start, this.end)
      }
    },
  },
  {
    id: 'copies-all-at-every-read',
    fault: 'All that has come is copied anew at every read: the cost grows with the square.',
    killedBy: { 'boundary/cost-in-proportion': ['slow'] },
    connection: class extends Connection {
      override append(chunk: Uint8Array) {
        const held = this.input.subarray(this.start, this.end)
        this.input = new Uint8Array(Buffer.concat([held, chunk]))
        this.start = 0
        this.end = this.input.length
      }
    },
  },
])

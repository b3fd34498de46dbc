/**
 * Where reads of all connections of an event loop lie. One buffer serves them all, since what it
 * holds is answered before the next read: nothing is allocated, and it stays in the processor's
 * cache. Only a connection that leaves the beginning of a long frame where it lies keeps one.
 */
import { type Pointer, ptr } from 'bun:ffi'
import { receiveAt, sendAt } from './socket-calls.ts'

/** More costs cache, less costs system calls where much is on its way. */
const READ_BYTES_MAX = 256 * 1024
/** Given back ones that wait to be used again; the rest is the collector's. */
const SPARE_MAX = 4
const NO_BYTES = new Uint8Array(0)

class ReadBuffers {
  readonly bytesMax = READ_BYTES_MAX
  #bytes: Uint8Array = new Uint8Array(READ_BYTES_MAX)
  #address: Pointer = ptr(this.#bytes)
  #view: Uint8Array = NO_BYTES
  readonly #spare: Uint8Array[] = []

  /** How many bytes one read of the descriptor returned, or errno with a minus in front. */
  receive(fd: number): number {
    return receiveAt(fd, this.#address, READ_BYTES_MAX)
  }

  /** The first bytes of the buffer, after a read. Reads of one length are many: they share it. */
  view(bytes: number): Uint8Array {
    if (this.#view.length !== bytes) this.#view = this.#bytes.subarray(0, bytes)
    return this.#view
  }

  /** How much of `bytes[offset, offset + length)` was taken, or errno with a minus in front. */
  send(fd: number, bytes: Uint8Array, offset: number, length: number): number {
    const address = bytes === this.#view ? this.#address : ptr(bytes)
    return sendAt(fd, (address + offset) as Pointer, length)
  }

  /** Reads go to other memory from now on: somebody keeps what this one holds. */
  leave(): void {
    this.#bytes = this.#spare.pop() ?? new Uint8Array(READ_BYTES_MAX)
    this.#address = ptr(this.#bytes)
    this.#view = NO_BYTES
  }

  /** Memory that was kept, or a part of it: nobody looks at it any more. */
  giveBack({ buffer }: Uint8Array): void {
    if (buffer.byteLength !== READ_BYTES_MAX || this.#spare.length === SPARE_MAX) return
    this.#spare.push(new Uint8Array(buffer))
  }
}

export const readBuffers = new ReadBuffers()

/** Replies on their way to the kernel, in order. Memory is not copied, but lent until `flushed`. */
import type { Socket } from 'bun'
import { encodeJsonHeader } from '../../wire/json-header.ts'
import { asMembers } from './headers.ts'
import type { Reply } from './requests.ts'

export class ReplyWriter {
  readonly #socket: Pick<Socket<unknown>, 'write'>
  /** What the kernel did not take. */
  #pending: Uint8Array[] = []
  #onFlushed: (() => void) | null = null
  #isClosed = false
  /** When the peer last took something of what waits for it. */
  takenMs = performance.now()

  constructor(socket: Pick<Socket<unknown>, 'write'>) {
    this.#socket = socket
  }

  get isWaiting(): boolean {
    return this.#pending.length > 0
  }

  send({ keys, fileName, md5, message }: Reply): void {
    const { length: totalSize } = message
    const header = { totalSize, md5: md5 ?? null, fileName: fileName ?? null }
    this.#write(encodeJsonHeader(header, asMembers(keys)))
    if (message.length > 0) this.#write(message)
  }

  #write(bytes: Uint8Array): void {
    if (this.#isClosed) return
    if (this.isWaiting) return void this.#pending.push(bytes)
    const taken = Math.max(0, this.#socket.write(bytes))
    if (taken === bytes.length) return
    this.#pending.push(bytes.subarray(taken))
    this.takenMs = performance.now()
  }

  /** The kernel takes bytes again. */
  drain(): void {
    this.takenMs = performance.now()
    while (this.isWaiting) {
      const head = this.#pending[0]!
      const taken = Math.max(0, this.#socket.write(head))
      if (taken < head.length) {
        this.#pending[0] = head.subarray(taken)
        return
      }
      this.#pending.shift()
    }
    this.#onFlushed?.()
  }

  /** Until the kernel has every reply, or nobody is there to take one. */
  async flushed(): Promise<void> {
    if (!this.isWaiting) return
    await new Promise<void>((resolve) => {
      this.#onFlushed = resolve
    })
    this.#onFlushed = null
  }

  /** Nobody is there any more. */
  close(): void {
    this.#isClosed = true
    this.#pending = []
    this.#onFlushed?.()
  }
}

/** The end of what a program printed: enough to explain a failure, bounded however much it says. */

const TAIL_BYTES_MAX = 64 * 1024

export class OutputTail {
  #text = ''
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }

  push(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#text += this.#decoders[stream].decode(chunk, { stream: true })
    if (this.#text.length > 2 * TAIL_BYTES_MAX) this.#text = this.#text.slice(-TAIL_BYTES_MAX)
  }

  /** Both streams as they came, the last 64 KiB at least. */
  text(): string {
    return this.#text
  }
}

/** The connections of a server, and its end: what has arrived is answered, then all are closed. */

interface OpenConnection {
  /** Takes no more, and closes when everything owed is written. */
  finish(): void
  abort(): void
}

export class OpenConnections<C extends OpenConnection> {
  readonly #all = new Set<C>()
  #onLastClosed: (() => void) | null = null

  get size(): number {
    return this.#all.size
  }

  [Symbol.iterator](): IterableIterator<C> {
    return this.#all.values()
  }

  add(connection: C): void {
    this.#all.add(connection)
  }

  closed(connection: C): void {
    this.#all.delete(connection)
    if (this.#all.size === 0) this.#onLastClosed?.()
  }

  /** Nobody can connect any more: those that are here get so long to take what they are owed. */
  async finish(msMax: number): Promise<void> {
    // Requests that have already arrived are delivered by the loop before its next check phase.
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    const allClosed = new Promise<void>((resolve) => {
      this.#onLastClosed = resolve
    })
    for (const connection of this.#all) connection.finish()
    if (this.#all.size > 0) {
      const timer = setTimeout(() => this.#onLastClosed?.(), msMax)
      await allClosed
      clearTimeout(timer)
    }
    for (const connection of this.#all) connection.abort()
  }
}

/** The event queue of systems without epoll: all descriptors are handed over with every wait. */
import type { EventQueue } from './event-queue.ts'
import { type PollEntry, poll } from './poll.ts'

export class PollQueue implements EventQueue {
  readonly #entries = new Map<number, PollEntry>()
  #ready: PollEntry[] = []

  watch(fd: number, events: number): void {
    this.#entries.set(fd, { fd, events, ready: 0 })
  }

  forget(fd: number): void {
    this.#entries.delete(fd)
  }

  wait(timeoutMs: number): number {
    const entries = [...this.#entries.values()]
    this.#ready = poll(entries, timeoutMs) > 0 ? entries.filter(({ ready }) => ready !== 0) : []
    return this.#ready.length
  }

  fdAt(index: number): number {
    return this.#ready[index]!.fd
  }

  eventsAt(index: number): number {
    return this.#ready[index]!.ready
  }

  close(): void {
    this.#entries.clear()
  }
}

/**
 * The load generator's own event loop: everything that it does happens in one thread between two
 * system calls, so that nothing of a runtime's stands between a message and its time. It blocks the
 * thread: timers and promises wait until the load is over.
 */
import { type EventQueue, openEventQueue } from '../posix/event-queue.ts'
import { nowMs } from './clock.ts'

/** Longest time in one system call while a condition is waited for. */
const SLICE_MS = 10

/** Somebody who is told what became possible on a descriptor. */
export interface Watcher {
  readonly fd: number
  /** POLLIN, POLLOUT, POLLERR, POLLHUP. */
  ready(events: number): void
}

export class LoadReactor {
  readonly #queue: EventQueue = openEventQueue()
  readonly #watchers: (Watcher | undefined)[] = []
  /** Attempts that the kernel can only be asked for again. */
  #again: (() => void)[] = []

  watch(watcher: Watcher, events: number): void {
    this.#watchers[watcher.fd] = watcher
    this.#queue.watch(watcher.fd, events)
  }

  /** To be called before its descriptor is closed. */
  forget({ fd }: Watcher): void {
    if (!this.#watchers[fd]) return
    this.#watchers[fd] = undefined
    this.#queue.forget(fd)
  }

  /** Called once, a millisecond from now or later. */
  tryAgain(attempt: () => void): void {
    this.#again.push(attempt)
  }

  /** Waits at most so long for anything to become ready, and tells whom it concerns. */
  turn(timeoutMs: number): void {
    const isAgain = this.#again.length > 0
    const count = this.#queue.wait(isAgain ? Math.min(1, timeoutMs) : timeoutMs)
    for (let index = 0; index < count; index++) {
      this.#watchers[this.#queue.fdAt(index)]?.ready(this.#queue.eventsAt(index))
    }
    if (!isAgain) return
    const attempts = this.#again
    this.#again = []
    for (const attempt of attempts) attempt()
  }

  /** True once `holds()` does, false when the deadline passed first. */
  until(holds: () => boolean, deadlineMs: number): boolean {
    while (!holds()) {
      const leftMs = deadlineMs - nowMs()
      if (leftMs <= 0) return false
      this.turn(Math.min(SLICE_MS, Math.ceil(leftMs)))
    }
    return true
  }

  close(): void {
    this.#queue.close()
  }
}

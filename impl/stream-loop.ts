/**
 * The event loop of the stream servers: which of many sockets can be read or written, told to
 * each. It blocks the thread while it waits, so that a message costs two system calls and a wait
 * and nothing else; in between Bun's own loop has its turns, for timers, signals and children.
 */
import { POLLIN } from '../posix/constants.ts'
import { type EventQueue, openEventQueue } from '../posix/event-queue.ts'

/** Under load Bun's loop has a turn this often. */
const TURN_MS = 10
/**
 * How long one wait takes at most. A signal ends a wait; one that came just before it is noticed
 * behind it.
 */
const WAIT_MS_MAX = 100
/** While something is under way in Bun's loop its turns follow each other. */
const AWAITED_WAIT_MS = 1

export interface Watched {
  /** Some of the events that it is watched for, or an error or a hang-up. */
  ready(events: number): void
}

export class StreamLoop {
  readonly #queue: EventQueue = openEventQueue()
  readonly #byFd: (Watched | undefined)[] = []
  #listener: Watched | null = null
  #listenerFd = -1
  #awaited = 0
  #isStopped = false

  watch(fd: number, events: number, watched: Watched): void {
    this.#byFd[fd] = watched
    this.#queue.watch(fd, events)
  }

  /** To be called before the descriptor is closed. */
  forget(fd: number): void {
    this.#byFd[fd] = undefined
    this.#queue.forget(fd)
  }

  /** Told behind all others of a wait: what it accepts may have the number of one just closed. */
  watchListener(fd: number, listener: Watched): void {
    this.#listener = listener
    this.#listenerFd = fd
    this.#queue.watch(fd, POLLIN)
  }

  forgetListener(): void {
    if (this.#listenerFd < 0) return
    this.#queue.forget(this.#listenerFd)
    this.#listenerFd = -1
  }

  /** Something is under way in Bun's loop: a child, a timer that matters. */
  await(): void {
    this.#awaited++
  }

  awaited(): void {
    this.#awaited--
  }

  start(): void {
    setImmediate(() => this.#turn())
  }

  stop(): void {
    this.#isStopped = true
  }

  #turn(): void {
    if (this.#isStopped) return this.#queue.close()
    const untilMs = performance.now() + TURN_MS
    do {
      const waitMs = this.#awaited > 0 ? AWAITED_WAIT_MS : WAIT_MS_MAX
      if (!this.#tellReady(this.#queue.wait(waitMs))) break
    } while (performance.now() < untilMs)
    setImmediate(() => this.#turn())
  }

  #tellReady(count: number): boolean {
    const queue = this.#queue
    let connects = false
    for (let i = 0; i < count; i++) {
      const fd = queue.fdAt(i)
      if (fd === this.#listenerFd) connects = true
      else this.#byFd[fd]?.ready(queue.eventsAt(i))
    }
    if (connects) this.#listener!.ready(POLLIN)
    return count > 0
  }
}

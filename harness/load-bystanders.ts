/**
 * Connections beside those under load: idle ones that say nothing, and unread ones that send as
 * much as is taken and do not read, until the load is over. What a subject has to keep for them is
 * its memory, and what they cost the others is seen in the load.
 */
import type { Framing } from '../wire/index.ts'
import { nowMs } from './clock.ts'
import type { LoadFailure, LoadFigures, LoadPlan } from './load.ts'
import { LoadConnection, type LoadPace, type LoadSocket } from './load-connection.ts'
import { failure } from './load-reply.ts'
import { openLoadSocket } from './load-sockets.ts'
import { LoadTape } from './load-tape.ts'
import { subjectUsage } from './load-usage.ts'
import type { Usage } from './process-tree.ts'
import { until } from './reactor.ts'

/** What an unread connection offers: far more than kernels keep for a subject that stops. */
const UNREAD_BYTES = 64 * 1024 * 1024
/** Behind the stamp of the load's own connections. */
const FIRST_UNREAD = 60_000

export type BystanderFigures = Pick<LoadFigures, 'idleRssBytes' | 'unreadTakenBytes'>

export class LoadBystanders {
  readonly #plan: LoadPlan
  readonly #framing: Framing
  readonly #fail: (reason: LoadFailure) => void
  readonly #sockets: LoadSocket[] = []
  readonly #unread: LoadConnection[] = []
  #idleRssBytes: number | null = null
  #closed = false

  constructor(plan: LoadPlan, framing: Framing, fail: (reason: LoadFailure) => void) {
    this.#plan = plan
    this.#framing = framing
    this.#fail = fail
  }

  /** Throws what the system says when it cannot connect. */
  async connect(openingMax: number): Promise<void> {
    const { idle = 0, unread = 0 } = this.#plan.manner ?? {}
    const before = idle > 0 ? subjectUsage(this.#plan.subjectProcessGroup) : null
    await inBatches(Array.from({ length: idle }), openingMax, () => this.#openIdle())
    const after = before && (await this.#onceAccepted(before.descriptors + idle))
    if (before && after) this.#idleRssBytes = (after.rssBytes - before.rssBytes) / idle
    for (let index = 0; index < unread; index++) await this.#openUnread(FIRST_UNREAD + index)
  }

  /** The kernel connects before the subject accepts, which is when it needs memory for each. */
  async #onceAccepted(descriptors: number): Promise<Usage | null> {
    const { subjectProcessGroup, stallMs } = this.#plan
    const now = () => subjectUsage(subjectProcessGroup)
    await until(() => (now()?.descriptors ?? descriptors) >= descriptors, nowMs() + stallMs)
    return now()
  }

  async #openIdle(): Promise<void> {
    const closed = () => {
      if (!this.#closed) this.#fail(failure('closed-early', 'an idle connection was closed'))
    }
    const data = () => this.#fail(failure('cross-talk', 'an idle connection was sent something'))
    const ignore = () => undefined
    this.#sockets.push(
      await openLoadSocket(this.#plan.address, { data, drain: ignore, closed, fault: ignore }),
    )
  }

  async #openUnread(connection: number): Promise<void> {
    const { address, messageBytes, connections, seed } = this.#plan
    const depth = Math.max(1, Math.floor(UNREAD_BYTES / Math.max(1, messageBytes)))
    const tape = new LoadTape({
      framing: this.#framing,
      messageBytes,
      connections: connections + 1,
      depth: 1,
      connection,
      seed,
    })
    let left = depth
    const pace: LoadPace = {
      takeMessage: () => left-- > 0,
      answered: () => undefined,
      lagged: () => undefined,
      renew: () => undefined,
      failed: (reason) => this.#fail(reason),
    }
    const options = { framing: this.#framing, tape, connection, depth, manner: {}, pace }
    const unread = new LoadConnection(options)
    unread.socket = await openLoadSocket(address, {
      data: (chunk) => unread.data(chunk),
      drain: () => unread.drain(),
      closed: () => this.#closed || unread.closed(),
      fault: (error) => {
        throw error
      },
    })
    unread.socket.pause?.()
    this.#sockets.push(unread.socket)
    this.#unread.push(unread)
    unread.fill()
  }

  /** Reads at last, and proves that every reply is there. Nothing moves for `stallMs`: hung. */
  async finish(stallMs: number): Promise<BystanderFigures> {
    const isAny = this.#unread.length > 0
    const unreadTakenBytes = this.#unread.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0)
    for (const unread of this.#unread) {
      unread.socket!.resume?.()
      await this.#answered(unread, stallMs)
    }
    return {
      idleRssBytes: this.#idleRssBytes,
      unreadTakenBytes: isAny ? unreadTakenBytes : null,
    }
  }

  async #answered(unread: LoadConnection, stallMs: number): Promise<void> {
    let moved = -1
    while (unread.inFlight > 0 && !this.#closed) {
      if (moved === unread.movedBytes) return this.#fail(unread.stalled(stallMs))
      moved = unread.movedBytes
      const moves = () => unread.movedBytes !== moved || unread.inFlight === 0 || this.#closed
      await until(moves, nowMs() + stallMs)
    }
  }

  close(): void {
    this.#closed = true
    for (const socket of this.#sockets) socket.terminate()
  }
}

/** So many at a time, in turn. */
export async function inBatches<T>(
  items: readonly T[],
  atOnce: number,
  start: (item: T) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) {
    await Promise.all(items.slice(at, at + atOnce).map(start))
  }
}

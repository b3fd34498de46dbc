/**
 * Connections beside those under load: idle ones that say nothing, and unread ones that send as
 * much as is taken and do not read, until the load is over. What a subject has to keep for them is
 * its memory, and what they cost the others is seen in the load.
 */
import type { Framing } from '../wire/index.ts'
import { nowMs } from './clock.ts'
import type { LoadFailure, LoadFigures, LoadPlan } from './load.ts'
import { LoadConnection, type LoadPace } from './load-connection.ts'
import type { LoadReactor } from './load-reactor.ts'
import { failure, notConnected } from './load-reply.ts'
import { LoadSocket } from './load-sockets.ts'
import { LoadTape } from './load-tape.ts'
import { subjectUsage } from './load-usage.ts'
import type { Usage } from './process-tree.ts'

/** What an unread connection offers: far more than kernels keep for a subject that stops. */
const UNREAD_BYTES = 64 * 1024 * 1024
/** Behind the stamp of the load's own connections. */
const FIRST_UNREAD = 60_000

export type BystanderFigures = Pick<LoadFigures, 'idleRssBytes' | 'unreadTakenBytes'>

export class LoadBystanders {
  readonly #plan: LoadPlan
  readonly #framing: Framing
  readonly #reactor: LoadReactor
  readonly #fail: (reason: LoadFailure) => void
  readonly #sockets: LoadSocket[] = []
  readonly #unread: LoadConnection[] = []
  #hasFailed = false
  #idleRssBytes: number | null = null
  #closed = false

  constructor(
    plan: LoadPlan,
    framing: Framing,
    reactor: LoadReactor,
    fail: (reason: LoadFailure) => void,
  ) {
    this.#plan = plan
    this.#framing = framing
    this.#reactor = reactor
    this.#fail = (reason) => {
      this.#hasFailed = true
      fail(reason)
    }
  }

  connect(openingMax: number): void {
    const { idle = 0, unread = 0 } = this.#plan.manner ?? {}
    const before = idle > 0 ? subjectUsage(this.#plan.subjectProcessGroup) : null
    this.#openIdle(idle, openingMax)
    const after = before && this.#onceAccepted(before.descriptors + idle)
    if (before && after) this.#idleRssBytes = (after.rssBytes - before.rssBytes) / idle
    for (let index = 0; index < unread; index++) this.#openUnread(FIRST_UNREAD + index)
  }

  /** The kernel connects before the subject accepts, which is when it needs memory for each. */
  #onceAccepted(descriptors: number): Usage | null {
    const { subjectProcessGroup, stallMs } = this.#plan
    const now = () => subjectUsage(subjectProcessGroup)
    const areThere = () => this.#hasFailed || (now()?.descriptors ?? descriptors) >= descriptors
    this.#reactor.until(areThere, nowMs() + stallMs)
    return now()
  }

  #openIdle(count: number, openingMax: number): void {
    let opened = 0
    for (let begun = 0; begun < count && !this.#hasFailed; begun++) {
      const open = () => this.#hasFailed || begun - opened < openingMax
      if (!this.#standsIn(open)) return
      this.#sockets.push(
        LoadSocket.open(this.#reactor, this.#plan.address, {
          opened: () => opened++,
          data: () => this.#fail(failure('cross-talk', 'an idle connection was sent something')),
          drain: () => undefined,
          closed: (why) => {
            if (this.#closed) return
            this.#fail(failure('closed-early', why ?? 'an idle connection was closed'))
          },
        }),
      )
    }
    this.#standsIn(() => this.#hasFailed || opened === count)
  }

  #openUnread(connection: number): void {
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
    let isOpen = false
    const socket = LoadSocket.open(this.#reactor, address, {
      opened: () => {
        isOpen = true
      },
      data: (chunk) => unread.data(chunk),
      drain: () => unread.drain(),
      closed: (why) => {
        if (why) this.#fail(failure('closed-early', why))
        else if (!this.#closed) unread.closed()
      },
    })
    unread.socket = socket
    this.#sockets.push(socket)
    if (!this.#standsIn(() => this.#hasFailed || isOpen) || this.#hasFailed) return
    socket.pause()
    this.#unread.push(unread)
    unread.fill()
  }

  /** False, and failed, when the subject lets a connection wait for too long. */
  #standsIn(holds: () => boolean): boolean {
    const { stallMs } = this.#plan
    if (this.#reactor.until(holds, nowMs() + stallMs)) return true
    this.#fail(notConnected(stallMs))
    return false
  }

  /** Reads at last, and proves that every reply is there. Nothing moves for `stallMs`: hung. */
  finish(stallMs: number): BystanderFigures {
    const isAny = this.#unread.length > 0
    const unreadTakenBytes = this.#unread.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0)
    for (const unread of this.#unread) {
      unread.socket!.resume()
      this.#answered(unread, stallMs)
    }
    return {
      idleRssBytes: this.#idleRssBytes,
      unreadTakenBytes: isAny ? unreadTakenBytes : null,
    }
  }

  #answered(unread: LoadConnection, stallMs: number): void {
    let moved = -1
    while (unread.inFlight > 0 && !this.#hasFailed) {
      if (moved === unread.movedBytes) return this.#fail(unread.stalled(stallMs))
      moved = unread.movedBytes
      const moves = () => unread.movedBytes !== moved || unread.inFlight === 0 || this.#hasFailed
      this.#reactor.until(moves, nowMs() + stallMs)
    }
  }

  close(): void {
    this.#closed = true
    for (const socket of this.#sockets) socket.terminate()
  }
}

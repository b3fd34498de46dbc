/**
 * What a client costs while it runs: descriptors, memory. An axis of its own beside the outcome, as
 * for servers (../resource-watch.ts), but looked at while it lives: when it has ended, the system
 * has taken everything back.
 */
import type { LaunchedClient } from '../../harness/launch-client.ts'
import type { ResourceVerdict } from '../result.ts'

/** Descriptors beyond those of a client that has just connected: files that runtimes open late. */
const DESCRIPTORS_MAX = 50
/** Memory that a visit may cost: what runtimes fetch in advance, and some messages. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024
const MESSAGES_MAX = 8
/** It is looked at often: listing its processes anew would cost more than the look. */
const MEMBERS_AGE_MS_MAX = 250

/** As much of a client as is looked at. */
type Watched = Pick<LaunchedClient, 'leftBehind'> & {
  readonly process: Pick<LaunchedClient['process'], 'running' | 'holdings'>
}

export class ClientHoldings {
  readonly #client: Watched
  readonly #memoryBytesMax: number
  #first: { descriptors: number; rssBytes: number } | null = null
  #most = { descriptors: 0, rssBytes: 0 }

  constructor(client: Watched, messageBytesMax: number) {
    this.#client = client
    this.#memoryBytesMax = MEMORY_BYTES_MAX + MESSAGES_MAX * messageBytesMax
  }

  /** To be asked again and again; what it holds the first time is what it needs. */
  look(): void {
    const { process } = this.#client
    if (!process.running) return
    const seen = process.holdings(MEMBERS_AGE_MS_MAX)
    // It has ended, or nothing of it can be seen.
    if (seen === null || seen.rssBytes === 0) return
    // Of another user's program memory alone is told.
    const held = { descriptors: seen.descriptors ?? 0, rssBytes: seen.rssBytes }
    this.#first ??= held
    const { descriptors, rssBytes } = this.#most
    this.#most = {
      descriptors: Math.max(descriptors, held.descriptors),
      rssBytes: Math.max(rssBytes, held.rssBytes),
    }
  }

  get verdict(): ResourceVerdict {
    if (this.#client.leftBehind > 0) return 'leak'
    if (this.#first === null) return 'not-observed'
    const { descriptors, rssBytes } = this.#first
    if (this.#most.descriptors - descriptors > DESCRIPTORS_MAX) return 'leak'
    return this.#most.rssBytes - rssBytes > this.#memoryBytesMax ? 'over-budget' : 'ok'
  }
}

/**
 * What a relay does to which datagram. Pure: a fate follows from the seed and from the datagram's
 * index alone, never from when it came or from what is in it.
 */
import { createRandom, seedFor } from './random.ts'

/** What the way does to datagrams; nothing, where nothing is said. */
export interface Weather {
  /** Of every hundred datagrams exactly so many, which ones the seed says. The same below. */
  lostPercent?: number
  doubledPercent?: number
  /** One bit of the datagram is turned over, and the checksum made right again. */
  flippedPercent?: number
  /** So many are held, and let go in another order: 2 to 64. */
  reorderWindow?: number
  delayMs?: number
  /** Up to so much on top of the delay. */
  jitterMs?: number
}

export interface Fate {
  index: number
  copies: 0 | 1 | 2
  /** Which bit is turned over, modulo the bits that there are; null for none. */
  flippedBit: number | null
  delayMs: number
}

const HUNDRED = 100
const WINDOW_MIN = 2
const WINDOW_MAX = 64

export class RelayPlan {
  readonly seed: number
  readonly weather: Required<Weather>
  #rankedBlock = -1
  #ranks: Readonly<Record<'lost' | 'doubled' | 'flipped', readonly number[]>> = {
    lost: [],
    doubled: [],
    flipped: [],
  }

  /** Throws RangeError where the weather makes no sense. */
  constructor(seed: number, weather: Weather) {
    this.seed = seed
    this.weather = {
      lostPercent: within('lostPercent', weather.lostPercent ?? 0, 0, HUNDRED),
      doubledPercent: within('doubledPercent', weather.doubledPercent ?? 0, 0, HUNDRED),
      flippedPercent: within('flippedPercent', weather.flippedPercent ?? 0, 0, HUNDRED),
      reorderWindow: weather.reorderWindow
        ? within('reorderWindow', weather.reorderWindow, WINDOW_MIN, WINDOW_MAX)
        : 0,
      delayMs: within('delayMs', weather.delayMs ?? 0, 0, 60_000),
      jitterMs: within('jitterMs', weather.jitterMs ?? 0, 0, 60_000),
    }
  }

  fateOf(index: number): Fate {
    const block = Math.floor(index / HUNDRED)
    if (block !== this.#rankedBlock) this.#rank(block)
    const at = index % HUNDRED
    const { lostPercent, doubledPercent, flippedPercent, delayMs, jitterMs } = this.weather
    const isLost = this.#ranks.lost[at]! < lostPercent
    const isDoubled = this.#ranks.doubled[at]! < doubledPercent
    const random = createRandom(seedFor(this.seed, `datagram ${index}`))
    const flippedBit = random.below(2 ** 32)
    return {
      index,
      copies: isLost ? 0 : isDoubled ? 2 : 1,
      flippedBit: this.#ranks.flipped[at]! < flippedPercent ? flippedBit : null,
      delayMs: delayMs + random.below(jitterMs + 1),
    }
  }

  /** A place in the hundred for each of them; as many as the percentage are below it. */
  #rank(block: number): void {
    this.#rankedBlock = block
    const ranks = (what: string) => shuffled(HUNDRED, seedFor(this.seed, `${what} ${block}`))
    this.#ranks = { lost: ranks('lost'), doubled: ranks('doubled'), flipped: ranks('flipped') }
  }

  /**
   * The order in which the `count` datagrams of a window are let go, as indices into it. Never the
   * order in which they came, unless there is just one.
   */
  orderOf(window: number, count: number): readonly number[] {
    const order = shuffled(count, seedFor(this.seed, `window ${window}`))
    const isAsItCame = order.every((from, to) => from === to)
    return isAsItCame ? [...order.slice(1), ...order.slice(0, 1)] : order
  }
}

/** 0 to count - 1, in an order that the seed says (Fisher and Yates). */
function shuffled(count: number, seed: number): number[] {
  const random = createRandom(seed)
  const order = Array.from({ length: count }, (_, index) => index)
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new RangeError(`${name} is ${value}; it has to be an integer from ${min} to ${max}.`)
}

/** The datagram with one bit turned over. An empty one has none, and stays as it is. */
export function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice()
  if (bytes.length === 0) return flipped
  const at = bit % (8 * bytes.length)
  flipped[at >> 3]! ^= 1 << (at & 7)
  return flipped
}

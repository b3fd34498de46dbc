/** Seeded pseudo-random numbers: every random choice can be made again from the printed seed. */

export interface Random {
  readonly seed: number
  /** An integer in [0, bound). */
  below(bound: number): number
  /** An integer in [low, high], both included. */
  between(low: number, high: number): number
  bytes(length: number): Uint8Array
}

/** xorshift128, seeded through splitmix32 so that neighbouring seeds give unrelated sequences. */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let [x, y, z, w] = [splitmix(), splitmix(), splitmix(), splitmix() | 1]
  const next = (): number => {
    const t = x ^ (x << 11)
    x = y
    y = z
    z = w
    w = (w ^ (w >>> 19) ^ t ^ (t >>> 8)) >>> 0
    return w
  }
  const below = (bound: number) => Math.floor((next() / 2 ** 32) * bound)
  return {
    seed,
    below,
    between: (low, high) => low + below(high - low + 1),
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4))
      for (let i = 0; i < words.length; i++) words[i] = next()
      return new Uint8Array(words.buffer, 0, length)
    },
  }
}

/** A seed for a run that was given none. */
export const freshSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!

/** A seed of its own for each named part, so that one part's choices do not move another's. */
export const seedFor = (seed: number, name: string): number =>
  Number(Bun.hash.wyhash(name, BigInt(seed)) & 0xffffffffn)

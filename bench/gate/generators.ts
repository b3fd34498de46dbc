/** The standing generators of a gate, by the core that they run on. */
import { StandingGenerator } from '../../harness/standing-generator.ts'

export class Generators {
  readonly #started = new Map<number, StandingGenerator>()

  /** Started when it is first asked for. Throws HarnessError. */
  async on(core: number): Promise<StandingGenerator> {
    const found = this.#started.get(core)
    if (found) return found
    const started = await StandingGenerator.start(core)
    this.#started.set(core, started)
    return started
  }

  stop(): void {
    for (const generator of this.#started.values()) generator.stop()
  }
}

/** One, two and four generators on hosts of their own and one server; one of them is killed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill, Network } from './network.ts'

const FRAMEGATE = [process.execPath, join(import.meta.dir, '../../cli/main.ts')]
const GENERATORS = ['one', 'two', 'three', 'four'] as const
/** In which `framegate` says that something is not there, or came too late. */
const EXIT_NOTHING_RAN = 4
const LEAD_MS_MAX = 160_000
/** Counted from 0: not the first, whose machine the result names. */
const VICTIM = 2

export interface TrialOptions {
  durationMs: number
  /** From the command to the start; doubled where that is too little on a busy machine. */
  leadMs: number
  limitMegabits: number
  say(text: string): void
}

/** What framegate writes of a load, as far as the trial looks at it. */
interface Whole {
  cells: {
    messages: number
    throughputPerSecond: number
    throughputSpread: { low: number }
    latencyNs: { p50: number; p99: number }
    generators: { shard: string; messages: number; clockErrorMs: number; clockOffsetMs: number }[]
  }[]
}

export interface Merged {
  code: number
  said: string
  ms: number
  cell: Whole['cells'][number] | null
}

export interface Row {
  generators: number
  limitMegabits: number | null
  merged: Merged
}

export interface Killed {
  when: 'before the start' | 'under load'
  /** What the generator that was started again ended with. */
  code: number
  merged: Merged
}

export interface Trial {
  rows: Row[]
  killed: Killed[]
}

interface Ended {
  code: number
  said: string
}

type Program = ReturnType<Network['start']>

async function ended(child: Program): Promise<Ended> {
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, said: `${out}${err}` }
}

export async function runTrial(options: TrialOptions): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-namespaces-'))
  const network = new Network()
  try {
    const site = await Site.of(network, folder, options)
    const rows: Row[] = []
    for (const limitMegabits of [null, options.limitMegabits]) {
      for (const host of GENERATORS) network.limit(host, limitMegabits)
      for (const generators of [1, 2, 4]) {
        const limit = limitMegabits === null ? 'free links' : `${limitMegabits} Mbit/s a link`
        options.say(`${generators} of 4 generators, ${limit}`)
        const merged = await site.load(generators, (started) => Promise.all(started.map(ended)))
        rows.push({ generators, limitMegabits, merged })
      }
    }
    for (const host of GENERATORS) network.limit(host, null)
    options.say('one of 4 is killed before the start, and started again')
    const before = await site.kill('before the start')
    options.say('one of 4 is killed under load, and started again')
    return { rows, killed: [before, await site.kill('under load')] }
  } finally {
    await network.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A server host with a server and a clock, and hosts for generators. */
class Site {
  readonly #network: Network
  readonly #folder: string
  readonly #options: TrialOptions
  #leadMs: number
  #loads = 0
  #server = ''
  #clock = ''
  #startAtMs = 0

  private constructor(network: Network, folder: string, options: TrialOptions) {
    this.#network = network
    this.#folder = folder
    this.#options = options
    this.#leadMs = options.leadMs
  }

  static async of(network: Network, folder: string, options: TrialOptions): Promise<Site> {
    const site = new Site(network, folder, options)
    const address = network.add('server')
    for (const host of GENERATORS) network.add(host)
    // Generators run on core 0: the server has the other one.
    const core = Bun.which('taskset') && navigator.hardwareConcurrency > 1 ? 'taskset -c 1' : ''
    const on = core === '' ? [] : core.split(' ')
    const serve = ['serve', 'length-prefixed', '--framing', 'u32be']
    site.#server = await site.#service([...on, ...FRAMEGATE, ...serve], `tcp://${address}:7000`)
    site.#clock = await site.#service([...FRAMEGATE, 'clock'], `${address}:7123`)
    return site
  }

  async #service(argv: readonly string[], listen: string): Promise<string> {
    const child = this.#network.start('server', [...argv, '--listen', listen])
    const { value } = await child.stdout.getReader().read()
    const address = /^ready \w+:\/\/(\S+)/.exec(new TextDecoder().decode(value))?.[1]
    if (address) return address
    throw new Error(`${argv.join(' ')} did not start: ${await child.stderr.text()}`)
  }

  #file(name: string | number): string {
    return join(this.#folder, `${this.#loads}`, `load-${name}.json`)
  }

  #generator(index: number, count: number): Program {
    const load = ['--framing', 'u32be', '--scenario', 'pipelined', '--depth', '256']
    return this.#network.start(GENERATORS[index]!, [
      ...[...FRAMEGATE, 'bench', '--connect', this.#server, ...load],
      ...['--duration', `${this.#options.durationMs}ms`, '--shard', `${index + 1}/${count}`],
      ...['--start-at', new Date(this.#startAtMs).toISOString(), '--clock', this.#clock],
      ...['--json', this.#file(index)],
    ])
  }

  /** `all` resolves with how they ended; where one was too late, all begin again, later. */
  async load(
    count: number,
    all: (started: readonly Program[]) => Promise<readonly Ended[]>,
    allowed: readonly number[] = [],
  ): Promise<Merged> {
    for (;;) {
      mkdirSync(join(this.#folder, `${++this.#loads}`))
      this.#startAtMs = Date.now() + this.#leadMs
      const started = Array.from({ length: count }, (_, index) => this.#generator(index, count))
      const codes = await all(started)
      const bad = codes.find(({ code }, index) => code !== 0 && !allowed.includes(index))
      if (!bad) return this.#merge()
      const isLate = bad.code === EXIT_NOTHING_RAN && /agreed start/.test(bad.said)
      if (!isLate || this.#leadMs >= LEAD_MS_MAX) {
        throw new Error(`A generator ended with ${bad.code}:\n${bad.said}`)
      }
      this.#leadMs *= 2
      this.#options.say(`too late: again with ${this.#leadMs / 1e3} s before the start`)
    }
  }

  async #merge(): Promise<Merged> {
    const whole = this.#file('whole')
    const parts = GENERATORS.map((_, index) => this.#file(index)).filter((path) => existsSync(path))
    const from = performance.now()
    const argv = [...FRAMEGATE, 'merge', ...parts, '--json', whole]
    const { code, said } = await ended(Bun.spawn(argv, { stdout: 'pipe', stderr: 'pipe' }))
    const ms = performance.now() - from
    const cell = existsSync(whole)
      ? (JSON.parse(readFileSync(whole, 'utf8')) as Whole).cells[0]!
      : null
    return { code, said, ms, cell }
  }

  /** As a cluster would: the same command again, as soon as it has ended. */
  async kill(when: Killed['when']): Promise<Killed> {
    let code = Number.NaN
    const allowed = when === 'under load' ? [VICTIM] : []
    const merged = await this.load(
      GENERATORS.length,
      async (started) => {
        const others = started.filter((_, index) => index !== VICTIM).map(ended)
        const victim = started[VICTIM]!
        const said = await this.#moment(when, victim)
        kill(victim.pid)
        await victim.exited
        const again = await ended(this.#generator(VICTIM, GENERATORS.length))
        code = again.code
        const all = await Promise.all(others)
        return all.toSpliced(VICTIM, 0, { ...again, said: `${said}${again.said}` })
      },
      allowed,
    )
    return { when, code, merged }
  }

  /** When it has read the clock, or has sent for a third of its time. */
  async #moment(when: Killed['when'], victim: Program): Promise<string> {
    const reader = victim.stderr.getReader()
    let said = ''
    while (!said.includes('the start is in')) {
      const { value, done } = await reader.read()
      if (done) break
      said += new TextDecoder().decode(value)
    }
    if (when === 'before the start') return said
    const atMs = this.#startAtMs + this.#options.durationMs / 3
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, Math.max(0, atMs - Date.now()))
    await promise
    return said
  }
}

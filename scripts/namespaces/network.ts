/**
 * Hosts made of network namespaces, on one switch: each has an address and a link of its own, and
 * shares processor, memory and clock with the others. Needs Linux, root and iproute2.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'

const run = (argv: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' })

function must(command: string): void {
  const { status, stderr, error } = run(command.split(' '))
  if (status === 0) return
  throw new Error(`${command} failed: ${(stderr || error?.message || '').trim()}`)
}

/** Why there can be no such hosts here; null where there can. */
export function whyNoNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are Linux'
  if (process.getuid!() !== 0) return 'network namespaces need root'
  for (const tool of ['ip', 'tc']) if (!Bun.which(tool)) return `there is no ${tool} (iproute2)`
  const name = `fg-${process.pid}-look`
  try {
    must(`ip netns add ${name}`)
    must(`ip -n ${name} link add bridge0 type bridge`)
    must(`tc -n ${name} qdisc add dev lo root tbf rate 10mbit burst 128kb latency 50ms`)
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    run(['ip', 'netns', 'del', name])
  }
}

/** What has ended, or was never there, is no matter any more. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ESRCH.
  }
}

export class Network {
  readonly #prefix = `fg-${process.pid}`
  readonly #hosts: string[] = []
  readonly #children = new Set<Bun.Subprocess>()

  constructor() {
    must(`ip netns add ${this.#name('switch')}`)
    must(`ip -n ${this.#name('switch')} link add bridge0 type bridge`)
    must(`ip -n ${this.#name('switch')} link set bridge0 up`)
  }

  #name(host: string): string {
    return `${this.#prefix}-${host}`
  }

  /** Its address. */
  add(host: string): string {
    this.#hosts.push(host)
    const [name, hub] = [this.#name(host), this.#name('switch')]
    const [port, address] = [`port${this.#hosts.length}`, `10.77.0.${9 + this.#hosts.length}`]
    must(`ip netns add ${name}`)
    must(`ip -n ${name} link set lo up`)
    must(`ip link add eth0 netns ${name} type veth peer name ${port} netns ${hub}`)
    must(`ip -n ${hub} link set ${port} master bridge0 up`)
    must(`ip -n ${name} addr add ${address}/24 dev eth0`)
    must(`ip -n ${name} link set eth0 up`)
    return address
  }

  /** What it sends goes no faster from now on; null: as fast as it can. */
  limit(host: string, megabitPerSecond: number | null): void {
    const device = `-n ${this.#name(host)} qdisc`
    if (megabitPerSecond === null) return void run(`tc ${device} del dev eth0 root`.split(' '))
    const rate = `rate ${megabitPerSecond}mbit burst 128kb latency 200ms`
    must(`tc ${device} replace dev eth0 root tbf ${rate}`)
  }

  start(host: string, argv: readonly string[]): Bun.Subprocess<'ignore', 'pipe', 'pipe'> {
    const child = Bun.spawn(['ip', 'netns', 'exec', this.#name(host), ...argv], {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      env: { ...process.env, NO_COLOR: '1' },
    })
    this.#children.add(child)
    return child
  }

  /** Programs first: a namespace with one in it would go on. */
  async close(): Promise<void> {
    for (const { pid } of this.#children) kill(pid)
    for (const { exited } of this.#children) await exited
    for (const host of [...this.#hosts, 'switch']) run(['ip', 'netns', 'del', this.#name(host)])
  }
}

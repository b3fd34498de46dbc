/**
 * Our generator beside sockperf and iperf3, in turns, and how punctual it is by itself. Both are
 * Debian packages: `apt-get install sockperf iperf3`. What is not installed is not shown.
 *
 * RUN  bun bench/proofs/generator.ts 9     (rounds)
 */
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { nowMs } from '../../harness/clock.ts'
import { onCore } from '../../harness/cores.ts'
import { freePort } from '../../harness/ports.ts'
import { until } from '../../harness/reactor.ts'
import { isListening } from '../../harness/readiness.ts'
import { decodeHistogram } from '../stats/latency.ts'
import { hold, launchOnce, notShown, ours, peer, rateOf, ratioOf, sayNoise } from './proof.ts'

const execute = promisify(execFile)
const rounds = Number(process.argv[2] ?? 9)
const SECONDS = '1'
const SINK_BYTES = 128 * 1024
const ROUND_TRIP = 'p50 of a round trip against sockperf'
const ONE_WAY = 'bytes per second one way against iperf3'

/** Runs a tool's client against its server, each on a core of its own; what the client printed. */
async function run(
  server: (port: string) => string[],
  client: (port: string) => string[],
): Promise<string> {
  const port = freePort()
  const [command, ...args] = server(String(port))
  const running = onCore(1, () => spawn(command!, args, { stdio: 'ignore' }))
  try {
    const address = { transport: 'tcp', host: '127.0.0.1', port } as const
    const isThere = await until(() => isListening(address), nowMs() + 5_000)
    if (!isThere) throw new Error(`${command} ${args.join(' ')}: it does not listen.`)
    const [tool, ...rest] = client(String(port))
    const { stdout } = await onCore(0, () => execute(tool!, rest))
    return stdout
  } finally {
    running.kill('SIGKILL')
  }
}

/** The number behind a word in what a tool printed. */
function numberIn(out: string, pattern: RegExp): number {
  const found = pattern.exec(out)?.[1]
  if (found !== undefined) return Number(found)
  throw new Error(`${pattern} is not in what it printed:\n${out}`)
}

async function againstSockperf(): Promise<void> {
  const common = (port: string) => ['--tcp', '-i', '127.0.0.1', '-p', port]
  const theirs = async () => {
    const out = await run(
      (port) => ['sockperf', 'server', ...common(port)],
      (port) => ['sockperf', 'ping-pong', ...common(port), '-m', '64', '-t', SECONDS],
    )
    // It halves the round trip.
    return 2e3 * numberIn(out, /percentile 50\.000\s*=\s*([\d.]+)/)
  }
  const own = async () => {
    const { histogram } = await launchOnce(peer('c-epoll'), 'ping-pong', {}, 1_000)
    return decodeHistogram(histogram).getValueAtPercentile(50)
  }
  const { ratio, low, high } = await ratioOf(rounds, own, theirs)
  const said = `${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}), goal within 5 %`
  hold(ROUND_TRIP, said, Math.abs(ratio - 1) <= 0.05)
}

async function againstIperf(): Promise<void> {
  const theirs = async () => {
    const out = await run(
      (port) => ['iperf3', '-s', '-p', port],
      (port) => ['iperf3', '-c', '127.0.0.1', '-p', port, '-t', SECONDS, '-J'],
    )
    return JSON.parse(out).end.sum_received.bits_per_second / 8
  }
  const own = async () => {
    const figures = await launchOnce(ours(), 'sink', { messageBytes: SINK_BYTES }, 1_000)
    return rateOf(figures) * SINK_BYTES
  }
  const { ratio, low, high } = await ratioOf(rounds, own, theirs)
  const said = `${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}), goal 0.9 or more`
  hold(ONE_WAY, said, ratio >= 0.9)
}

async function punctuality(): Promise<void> {
  const asked = { ratePerSecond: 5_000 }
  const { scheduleLagNsP99 } = await launchOnce(ours(), 'open-loop', asked, 5_000)
  const lagUs = scheduleLagNsP99! / 1e3
  hold('schedule lag at 5,000/s, p99', `${lagUs.toFixed(0)} µs, goal 200 µs`, lagUs <= 200)
}

const INSTALL = 'it is not installed: apt-get install sockperf iperf3'

await sayNoise()
if (Bun.which('sockperf')) await againstSockperf()
else notShown(ROUND_TRIP, INSTALL)
if (Bun.which('iperf3')) await againstIperf()
else notShown(ONE_WAY, INSTALL)
await punctuality()

/**
 * Our generator beside sockperf and iperf3, in turns, and how punctual it is by itself. A tool that
 * is not installed is left out, and said so: both are Debian packages.
 *
 * RUN  bun bench/proofs/generator.ts
 */
import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { nowMs } from '../../harness/clock.ts'
import { onCore } from '../../harness/cores.ts'
import { freePort } from '../../harness/ports.ts'
import { until } from '../../harness/reactor.ts'
import { isListening } from '../../harness/readiness.ts'
import { decodeHistogram } from '../stats/latency.ts'
import { hold, launchOnce, ours, peer, rateOf, ratioOf } from './proof.ts'

const execute = promisify(execFile)
const rounds = Number(process.argv[2] ?? 9)
const SECONDS = '1'
const SINK_BYTES = 128 * 1024

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
    await until(() => isListening(address), nowMs() + 5_000)
    const [tool, ...rest] = client(String(port))
    const { stdout } = await onCore(0, () => execute(tool!, rest))
    return stdout
  } finally {
    running.kill('SIGKILL')
  }
}

const isThere = (tool: string): boolean => {
  const found = Bun.which(tool) !== null
  if (!found) console.log(`        ${tool} is not installed: left out (apt-get install ${tool})`)
  return found
}

async function againstSockperf(): Promise<void> {
  const common = (port: string) => ['--tcp', '-i', '127.0.0.1', '-p', port]
  const theirs = async () => {
    const out = await run(
      (port) => ['sockperf', 'server', ...common(port)],
      (port) => ['sockperf', 'ping-pong', ...common(port), '-m', '64', '-t', SECONDS],
    )
    // It halves the round trip.
    return 2e3 * Number(/percentile 50\.000\s*=\s*([\d.]+)/.exec(out)![1])
  }
  const own = async () => {
    const { histogram } = await launchOnce(peer('c-epoll'), 'ping-pong', {}, 1_000)
    return decodeHistogram(histogram).getValueAtPercentile(50)
  }
  const { ratio, low, high } = await ratioOf(rounds, own, theirs)
  const said = `${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}), goal within 5 %`
  hold('p50 of a round trip against sockperf', said, Math.abs(ratio - 1) <= 0.05)
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
  hold('bytes per second one way against iperf3', said, ratio >= 0.9)
}

async function punctuality(): Promise<void> {
  const asked = { ratePerSecond: 5_000 }
  const { scheduleLagNsP99 } = await launchOnce(ours(), 'open-loop', asked, 5_000)
  const lagUs = scheduleLagNsP99! / 1e3
  hold('schedule lag at 5,000/s, p99', `${lagUs.toFixed(0)} µs, goal 200 µs`, lagUs <= 200)
}

if (isThere('sockperf')) await againstSockperf()
if (isThere('iperf3')) await againstIperf()
await punctuality()

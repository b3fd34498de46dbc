/** `framegate files bench`: what verifying and storing costs, beside a pipe that does neither. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { nowMs } from '../harness/clock.ts'
import { HarnessError } from '../harness/errors.ts'
import { type Launched, launch } from '../harness/launch.ts'
import { freePort } from '../harness/ports.ts'
import { usage } from '../harness/process-tree.ts'
import { createRandom } from '../harness/random.ts'
import { until } from '../harness/reactor.ts'
import { isListening } from '../harness/readiness.ts'
import { spawnGuarded } from '../harness/spawn-guarded.ts'
import { guardFolder, releaseGroup } from '../harness/warden.ts'
import { formatAddress } from '../posix/address.ts'
import { log } from './console.ts'
import { interrupted } from './interrupt.ts'
import { startProgress } from './progress.ts'

const FILES_BENCH_SCHEMA = 'framegate.files-bench/1'
const MIB = 1024 ** 2
const COPY_MS_MAX = 600_000
/** How often the memory of a running program is looked at; its peak only grows. */
const LOOK_MS = 25
const MAIN = new URL('./main.ts', import.meta.url).pathname
const PLAIN = new URL('./plain-copy.ts', import.meta.url).pathname

export interface FilesBenchResult {
  schema: typeof FILES_BENCH_SCHEMA
  bytes: number
  /** What `files put` is compared with. */
  baseline: 'nc' | 'plain loop'
  rounds: { putSeconds: number; baselineSeconds: number; share: number }[]
  /** Median over the rounds: rate of `files put` by rate of the baseline. */
  share: number
  clientRssBytesMax: number
  serverRssBytesMax: number
}

interface Place {
  folder: string
  source: string
  server: Launched
}

/** Rounds take turns, put first in every other. Null when interrupted. */
export async function benchFiles(
  bytes: number,
  rounds: number,
  seed: number,
  parent: string,
): Promise<FilesBenchResult | null> {
  const folder = mkdtempSync(join(parent, 'framegate-files-'))
  guardFolder(folder)
  const source = join(folder, 'source')
  writeSource(source, bytes, seed)
  const root = join(folder, 'root')
  mkdirSync(root)
  const serve = { name: 'file-server', files: { root } }
  const spec = { kind: 'implementation', serve, transport: 'tcp' } as const
  await using server = await launch(spec)
  const progress = startProgress('files', 2 * rounds)
  const place = { folder, source, server }
  const measured: FilesBenchResult['rounds'] = []
  let clientRssBytesMax = 0
  const put = async () => {
    const { seconds, rssBytesMax } = await putOnce(place)
    clientRssBytesMax = Math.max(clientRssBytesMax, rssBytesMax)
    progress.step('put')
    // Replacing a file costs the time to throw the old one away: the baseline has none, either.
    rmSync(join(root, 'source'))
    return seconds
  }
  const baseline = async () => {
    const seconds = await copyOnce(place)
    progress.step('baseline')
    return seconds
  }
  try {
    for (let round = 0; round < rounds && !interrupted.aborted; round++) {
      const isPutFirst = round % 2 === 0
      const first = isPutFirst ? await put() : await baseline()
      const second = isPutFirst ? await baseline() : await put()
      const [putSeconds, baselineSeconds] = isPutFirst ? [first, second] : [second, first]
      measured.push({ putSeconds, baselineSeconds, share: baselineSeconds / putSeconds })
    }
    const shares = measured.map(({ share }) => share).sort((a, b) => a - b)
    if (interrupted.aborted || shares.length === 0) return null
    return {
      schema: FILES_BENCH_SCHEMA,
      bytes,
      baseline: ncKind() === null ? 'plain loop' : 'nc',
      rounds: measured,
      share: shares[Math.floor((shares.length - 1) / 2)]!,
      clientRssBytesMax,
      serverRssBytesMax: server.usage()?.rssBytesMax ?? 0,
    }
  } finally {
    progress.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Bytes that no file system can do without: a block of noise, another one each time. */
function writeSource(path: string, bytes: number, seed: number): void {
  log(`writing ${path}; seed ${seed}`)
  const block = createRandom(seed).bytes(MIB)
  const fd = openSync(path, 'w')
  for (let at = 0; at < bytes; at += MIB) {
    new DataView(block.buffer).setUint32(0, at / MIB)
    writeSync(fd, block, 0, Math.min(MIB, bytes - at))
  }
  closeSync(fd)
}

/** A process from its start to its end. */
async function putOnce({ source, server }: Place) {
  const address = formatAddress(server.address)
  const startedMs = nowMs()
  const child = spawnGuarded([
    process.execPath, MAIN, '--quiet', 'files', 'put', address, source,
  ]) // biome-ignore format: a command line
  const { code, rssBytesMax } = await watched(child)
  if (code !== 0) throw failed('files put', code)
  return { seconds: (nowMs() - startedMs) / 1000, rssBytesMax }
}

/** From the start of the sender to the end of the receiver. */
async function copyOnce({ folder, source }: Place): Promise<number> {
  const port = freePort()
  const target = join(folder, 'copy')
  const [receive, send] = copyCommands(port, source, target)
  const receiver = spawnGuarded(receive)
  const received = watched(receiver)
  try {
    const address = { transport: 'tcp', host: '127.0.0.1', port } as const
    await until(() => isListening(address), nowMs() + COPY_MS_MAX)
    const startedMs = nowMs()
    const sent = await watched(spawnGuarded(send))
    const { code } = await received
    if (sent.code !== 0 || code !== 0) throw failed(send[0]!, sent.code ?? code)
    const seconds = (nowMs() - startedMs) / 1000
    if (statSync(target).size === statSync(source).size) return seconds
    throw failed('the baseline', null)
  } finally {
    rmSync(target, { force: true })
  }
}

function copyCommands(port: number, source: string, target: string): [string[], string[]] {
  const kind = ncKind()
  if (kind === null) {
    const loop = (role: string, path: string) => [process.execPath, PLAIN, role, `${port}`, path]
    return [loop('receive', target), loop('send', source)]
  }
  const listen = kind === 'openbsd' ? `nc -l 127.0.0.1 ${port}` : `nc -l -p ${port}`
  const close = kind === 'openbsd' ? '-N' : '-q 0'
  const shell = (command: string) => ['/bin/sh', '-c', `exec ${command}`]
  const connect = `nc ${close} 127.0.0.1 ${port}`
  return [shell(`${listen} > '${target}'`), shell(`${connect} < '${source}'`)]
}

/** Two families of nc take different options; null where there is none. */
function ncKind(): 'openbsd' | 'traditional' | null {
  if (Bun.which('nc') === null) return null
  const { stdout, stderr } = Bun.spawnSync(['nc', '-h'])
  return /OpenBSD|\[-[^\]]*N/.test(`${stdout}${stderr}`) ? 'openbsd' : 'traditional'
}

interface Watched {
  code: number | null
  rssBytesMax: number
}

/** Waits for its end. */
async function watched(child: ChildProcess): Promise<Watched> {
  let rssBytesMax = 0
  child.stdout!.resume()
  child.stderr!.pipe(process.stderr)
  const look = setInterval(() => {
    rssBytesMax = Math.max(rssBytesMax, usage([child.pid!])?.rssBytesMax ?? 0)
  }, LOOK_MS)
  const onAbort = () => process.kill(-child.pid!, 'SIGKILL')
  interrupted.addEventListener('abort', onAbort)
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  interrupted.removeEventListener('abort', onAbort)
  clearInterval(look)
  releaseGroup(child.pid!)
  return { code, rssBytesMax }
}

const failed = (what: string, code: number | null): HarnessError =>
  new HarnessError('generator-failed', `${what} did not work (exit ${code ?? 'unknown'}).`)

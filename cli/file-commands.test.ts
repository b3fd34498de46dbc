/** `framegate files` as a person or a script uses it, with a server in a process of its own. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nowMs } from '../harness/clock.ts'
import { until } from '../harness/reactor.ts'
import { Served } from '../impl/testing.ts'
import { formatAddress } from '../posix/address.ts'
import { EXIT } from './exit-codes.ts'

const MAIN = join(import.meta.dir, 'main.ts')
const MIB = 1024 ** 2
/** Far more than both ends may take of memory. */
const LARGE_BYTES = Number(process.env.FRAMEGATE_FILE_MIB ?? 160) * MIB
const PEAK_BYTES_MAX = 150 * MIB
const SOON_MS = 30_000
setDefaultTimeout(120_000)

const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
const root = join(folder, 'root')
let served: Served
let address = ''

beforeAll(async () => {
  mkdirSync(root)
  served = await Served.start({ name: 'file-server', files: { root, quotaBytes: 8192 * MIB } })
  address = formatAddress(served.address)
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Says at the end what the program's memory came to. The kernel's count for a child that has ended
 * would begin with ours, which it shares until it becomes a program of its own.
 */
const PEAK = join(folder, 'peak.cjs')
writeFileSync(
  PEAK,
  `process.on('exit', () => {
    const [, peak] = /VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))
    require('node:fs').writeSync(2, 'peak ' + peak + ' KiB')
  })`,
)

const start = (args: readonly string[]) =>
  Bun.spawn([process.execPath, '--preload', PEAK, MAIN, 'files', ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', CI: 'true' },
    stdout: 'pipe',
    stderr: 'pipe',
  })

async function files(...args: string[]) {
  const child = start(args)
  const [out, told] = await Promise.all([child.stdout.text(), child.stderr.text()])
  const code = await child.exited
  const [err = '', peak] = told.split(/peak (\d+) KiB$/)
  return { code, out, err, peakBytes: 1024 * Number(peak) }
}

function source(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Of a file with holes: nothing of it has to lie in memory. */
function largeSource(name: string): string {
  const path = source(name, 'it begins so')
  truncateSync(path, LARGE_BYTES)
  return path
}

const same = (a: string, b: string): boolean => Bun.spawnSync(['cmp', a, b]).exitCode === 0

describe('files', () => {
  test('put, ls and get, in words', async () => {
    const path = source('a.txt', 'hello')
    const put = await files('put', address, path)
    expect(put).toMatchObject({ code: EXIT.ok, err: '' })
    expect(put.out).toMatch(/^stored a\.txt: 5\sB in /)
    const list = await files('ls', address)
    expect(list.out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +5\sB {2}a\.txt$/m)
    const get = await files('get', address, 'a.txt', '--to', join(folder, 'b.txt'))
    expect(get).toMatchObject({ code: EXIT.ok, err: '' })
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('hello')
  })

  test('several at once, as JSON; what is refused does not keep the others back', async () => {
    source('c.txt', 'c')
    await files('put', address, join(folder, 'c.txt'))
    const to = join(folder, 'several')
    mkdirSync(to)
    const names = ['a.txt', 'missing', '../../x', 'c.txt']
    const { code, out, err } = await files('get', address, ...names, '--to', to, '--json')
    expect(code).toBe(EXIT.failed)
    const result = JSON.parse(out)
    expect(result).toMatchObject({ schema: 'framegate.files/1', command: 'get', partial: false })
    const errors = result.files.map(({ error }: { error: { code: string } | null }) => error?.code)
    expect(errors).toEqual([undefined, 'not-found', 'name-refused', undefined])
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    expect(result.files[0]).toMatchObject({ name: 'a.txt', bytes: 5, resumedFromBytes: 0, sha256 })
    expect(err).toContain('framegate: missing: ')
    expect(readdirSync(to).sort()).toEqual(['a.txt', 'c.txt'])
    const listed = JSON.parse((await files('ls', address, '--json')).out)
    expect(listed.files[0]).toMatchObject({ name: 'a.txt', bytes: 5 })
  })

  test('a name that the server refuses is exit 1, with the reason', async () => {
    const { code, err } = await files('put', address, source('d', 'd'), '--as', '../../x')
    expect(err).toContain('"../../x" is refused: it has a separator')
    expect(code).toBe(EXIT.failed)
  })

  test.each([
    [[], EXIT.usage, 'Say what to do'],
    [['put', 'nowhere', 'a.txt'], EXIT.usage, 'is no address'],
    [['put', '127.0.0.1:1', 'not-there'], EXIT.usage, 'There is no file "not-there"'],
    [['put', 'udp://127.0.0.1:1', MAIN], EXIT.usage, 'Files come over streams'],
    [['get', '127.0.0.1:1', 'a', 'b', '--to', MAIN], EXIT.usage, 'need a folder that exists'],
    [['put', '127.0.0.1:1', MAIN], EXIT.nothingRan, 'nobody answers at tcp://127.0.0.1:1'],
    [['ls', 'unix:/nowhere/at/all'], EXIT.nothingRan, 'nobody answers at unix:/nowhere'],
  ])('%j is exit %d', async (args, code, message) => {
    const ended = await files(...args)
    expect(ended.err).toContain(message)
    expect(ended.code).toBe(code)
  })

  test('over a Unix socket', async () => {
    const [path, own] = [join(folder, 'own.sock'), join(folder, 'own')]
    mkdirSync(own)
    await using server = await Served.start({
      name: 'file-server',
      listen: `unix:${path}`,
      files: { root: own },
    })
    const put = await files('put', formatAddress(server.address), source('e', 'over unix'))
    expect(put.code).toBe(EXIT.ok)
    expect(readFileSync(join(own, 'e'), 'utf8')).toBe('over unix')
  })

  test('a large file goes through in constant memory at both ends, and comes back', async () => {
    const path = largeSource('large')
    const put = await files('put', address, path)
    expect(put).toMatchObject({ code: EXIT.ok })
    expect(same(path, join(root, 'large'))).toBe(true)
    const get = await files('get', address, 'large', '--to', join(folder, 'large-back'))
    expect(get).toMatchObject({ code: EXIT.ok })
    expect(same(path, join(folder, 'large-back'))).toBe(true)
    const peaks = { put: put.peakBytes, get: get.peakBytes, server: served.rssBytesMax() }
    for (const [end, peak] of Object.entries(peaks)) {
      if (!(peak < PEAK_BYTES_MAX)) throw new Error(`${end} took ${peak} bytes`)
    }
  })

  test('Ctrl-C is exit 130 and a partial result; the same command goes on from there', async () => {
    const path = largeSource('interrupted')
    const child = start(['put', address, path, '--json'])
    const isUnderWay = () =>
      readdirSync(root)
        .filter((name) => name.startsWith('.framegate-'))
        .some((name) => statSync(join(root, name)).size > 2 * MIB)
    expect(await until(isUnderWay, nowMs() + SOON_MS)).toBe(true)
    // The server holds its breath: the client is in the middle of it.
    served.kill('SIGSTOP')
    child.kill('SIGINT')
    expect(await child.exited).toBe(EXIT.interrupted)
    served.kill('SIGCONT')
    expect(JSON.parse(await child.stdout.text()).partial).toBe(true)
    expect(await child.stderr.text()).toContain('the same command goes on from here')
    expect(existsSync(join(root, 'interrupted'))).toBe(false)
    const again = JSON.parse((await files('put', address, path, '--json')).out)
    expect(again.files[0]).toMatchObject({ bytes: LARGE_BYTES, error: null })
    expect(again.files[0].resumedFromBytes).toBeGreaterThan(0)
    expect(same(path, join(root, 'interrupted'))).toBe(true)
  })
})

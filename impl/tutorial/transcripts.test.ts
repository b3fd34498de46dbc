/** Each lesson as people do it: the server in one process, the client in another, what they see. */
import { afterAll, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Address, parseAddress } from '../../posix/address.ts'
import { IS_LINUX } from '../../posix/constants.ts'
import { lookUpTcp } from '../../posix/sock-diag.ts'
import { until } from '../../posix/testing.ts'
import { LessonRun } from './testing.ts'

const root = mkdtempSync(join(tmpdir(), 'framegate-'))
afterAll(() => rmSync(root, { recursive: true }))

function folder(name: string): string {
  const path = join(root, name)
  mkdirSync(path)
  return path
}

/** A file whose last piece of 1,024 bytes is short. */
function file(where: string, name: string, bytes = 100_001): { path: string; md5: string } {
  const path = join(where, name)
  const content = Uint8Array.from({ length: bytes }, (_, index) => (index * 7) & 0xff)
  writeFileSync(path, content)
  return { path, md5: createHash('md5').update(content).digest('hex') }
}

const md5Of = (path: string): string => createHash('md5').update(readFileSync(path)).digest('hex')

const numbers = (last: number): string =>
  Array.from({ length: last }, (_, index) => `${index + 1}\n`).join('')

test('one-exchange: HELLO, and the server has ended', async () => {
  await using run = await LessonRun.start('one-exchange')
  expect(await run.client('', 'hello')).toBe('HELLO\n')
  expect(await run.server.exitCode()).toBe(0)
})

test('one-client: empty input is asked for again; the server ends with its client', async () => {
  await using run = await LessonRun.start('one-client')
  const seen = await run.client('hello\n\nworld\nq\n')
  expect(seen).toBe('>>> HELLO\n>>> >>> WORLD\n>>> ')
  expect(await run.server.exitCode()).toBe(0)
})

test.if(IS_LINUX)(
  'client-after-client: the second is answered when the first has left',
  async () => {
    await using run = await LessonRun.start('client-after-client')
    await using first = run.startClient()
    first.types('one')
    await first.reads('ONE')
    const second = run.client('two\nq\n')
    await until('the second waits in the backlog', () => backlogOf(run.server.address) === 1)
    first.types('q')
    expect(await second).toBe('>>> TWO\n>>> ')
    run.server.kill('SIGTERM')
    expect(await run.server.exitCode()).toBe(0)
  },
)

/** Connections that nobody has accepted yet. */
function backlogOf(url: string): number {
  const server = parseAddress(url) as Extract<Address, { transport: 'tcp' }>
  return lookUpTcp(server, { transport: 'tcp', host: '0.0.0.0', port: 0 })!.receiveQueueBytes
}

test('unix-socket: a stale file is taken over, and removed at the end', async () => {
  const path = join(root, 'lesson.sock')
  const listen = `unix:${path}`
  {
    await using killed = await LessonRun.start('unix-socket', { listen })
    killed.server.kill('SIGKILL')
    await killed.server.exitCode()
  }
  expect(existsSync(path)).toBe(true)
  await using run = await LessonRun.start('unix-socket', { listen })
  expect(await run.client('hello\nq\n')).toBe('>>> HELLO\n>>> ')
  run.server.kill('SIGTERM')
  expect(await run.server.exitCode()).toBe(0)
  expect(existsSync(path)).toBe(false)
})

test('remote-command: cut off at 1,024, and the rest is the next answer', async () => {
  await using run = await LessonRun.start('remote-command')
  const seen = await run.client('seq 1 100000\necho two\nq\n')
  const [, first = '', next = ''] = seen.split('>>> ')
  expect(first).toBe(`${numbers(100_000).slice(0, 1024)}\n`)
  expect(next).toBe(`${numbers(100_000).slice(1024, 2048)}\n`)
})

test.if(IS_LINUX)('two-sends: both in the first recv, nothing in the second', async () => {
  await using run = await LessonRun.start('two-sends')
  // What makes it happen: the server does not get to look before both have been sent.
  run.server.kill('SIGSTOP')
  const client = run.client('')
  await until('client and server are connected', () => hasArrived(run.server.address))
  run.server.kill('SIGCONT')
  expect(await client).toBe('1: helloworld\n2:\n')
  expect(run.server.output).toContain('1: helloworld\n2: \n')
})

/** Both messages and the end wait to be read. */
function hasArrived(url: string): boolean {
  const port = Number(url.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0')
  const table = readFileSync('/proc/net/tcp', 'latin1')
  const CLOSE_WAIT = '08'
  // The end counts as a byte of what waits.
  return new RegExp(`: 0100007F:${port} \\S+ ${CLOSE_WAIT} \\S+:0000000B`).test(table)
}

test('struct-header: 100,000 lines come complete', async () => {
  await using run = await LessonRun.start('struct-header')
  const seen = await run.client('seq 1 100000\nls /does/not/exist\nq\n')
  const [, first, second] = seen.split('>>> ')
  expect(first).toBe(`${numbers(100_000)}\n`)
  expect(second).toContain('/does/not/exist')
})

test('struct-header: its client is lost when the 4 bytes arrive split', async () => {
  using server = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket) {
        // Two bytes of the length, then the end: a right client sees that 2 are missing.
        socket.end(Uint8Array.of(5, 0))
      },
    },
  })
  const client = new URL('./struct-header/client.ts', import.meta.url).pathname
  const argv = [process.execPath, client, `tcp://127.0.0.1:${server.port}`]
  const child = Bun.spawn(argv, { stdin: Buffer.from('x\n'), stdout: 'pipe', stderr: 'pipe' })
  expect(await child.stderr.text()).toContain('RangeError')
  expect(await child.exited).not.toBe(0)
})

test('json-header: output, exit status, another encoding, Q', async () => {
  await using run = await LessonRun.start('json-header')
  const chinese = `printf "\\304\\343\\272\\303"`
  const typed = `echo hello\nfalse\n${chinese}\nrm x\nQ\n`
  const seen = await run.client(typed, '--encoding', 'gbk')
  expect(seen).toStartWith('>>> hello\n\n>>> \nexit status 1\n>>> 你好\n>>> framegate: "rm" is not')
  expect(seen).toEndWith('exit status 126\n>>> ')
})

test('remote-command: a character that the edge of 1,024 bytes cuts is no other one', async () => {
  await using run = await LessonRun.start('remote-command')
  const seen = await run.client(`printf %1023s\\304\\343 x\necho end\nq\n`, '--encoding', 'gbk')
  // Whether the next answer comes in time for the same recv, nobody can say.
  expect(seen).toMatch(/^>>> {1023}x\n>>> 你(end\n)?\n>>> $/)
})

test('file-upload: stored with the same md5', async () => {
  const sent = file(folder('sent'), 'picture.bin')
  const kept = folder('kept')
  await using run = await LessonRun.start('file-upload', { folder: kept })
  expect(await run.client('', sent.path)).toBe(`sent 100001 bytes of ${sent.path}\n`)
  await run.server.reads(/^stored .*\n/m)
  expect(run.server.output).toContain(`stored 100001 of 100001 bytes, md5 ${sent.md5}: ${kept}`)
  expect(md5Of(join(kept, 'picture.bin'))).toBe(sent.md5)
})

test('file-download: stored with the same md5; what is not there is said', async () => {
  const kept = folder('library')
  const { md5 } = file(kept, 'book.bin')
  const got = folder('got')
  await using run = await LessonRun.start('file-download', { folder: kept })
  const seen = await run.client('', 'book.bin', got)
  expect(seen).toBe(`stored ${join(got, 'book.bin')}, md5 ${md5}\n`)
  expect(md5Of(join(got, 'book.bin'))).toBe(md5)
  expect(await run.client('', 'nothing.bin', got)).toBe('nothing.bin: no such file\n')
})

test('movie-upload: by number, with progress, one after the other', async () => {
  const movies = folder('movies')
  const one = file(movies, 'a.mov', 1_000_000)
  const other = file(movies, 'b.mov', 10)
  const kept = folder('cinema')
  await using run = await LessonRun.start('movie-upload', { folder: kept })
  const seen = await run.client('1\n9\n2\nq\n', movies)
  const list = '1  a.mov\n2  b.mov\nnumber: '
  expect(seen).toStartWith(`${list}a.mov: `)
  expect(seen).toContain('a.mov: 100 %\nstored 1000000\n')
  expect(seen).toContain(`${list}There is no number 9.\n`)
  expect(seen).toEndWith(`b.mov: 100 %\nstored 10\n${list}`)
  expect(md5Of(join(kept, 'a.mov'))).toBe(one.md5)
  expect(md5Of(join(kept, 'b.mov'))).toBe(other.md5)
})

test('send-loses-tail: bytes are lost, counted and told; with sendall none', async () => {
  await using run = await LessonRun.start('send-loses-tail')
  const seen = await run.client('', 'send', '33554432')
  const [, came, lost] = /^(\d+) of 33554432 bytes came, (\d+) are lost\n$/.exec(seen)!
  expect(Number(lost)).toBeGreaterThan(0)
  await run.server.reads(new RegExp(`^send: ${came} of 33554432 bytes, ${lost} lost\n`, 'm'))
  const all = await run.client('', 'sendall', '33554432')
  expect(all).toBe('33554432 of 33554432 bytes came, 0 are lost\n')
})

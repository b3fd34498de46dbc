/** Commands for others: what is run, what is refused, and that nothing outlives its client. */
import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canLookUp } from '../posix/sock-diag.ts'
import { bytesOf, textOf, until } from '../posix/testing.ts'
import { runCommand } from './command.ts'
import { Client, framed, runServe, Served, unframed } from './testing.ts'

const root = mkdtempSync(join(tmpdir(), 'framegate-'))
afterAll(() => rmSync(root, { recursive: true }))

const LIMITS = { shell: false, timeoutMs: 20_000, outputBytesMax: 1_000_000, hasLeft: () => false }

const run = async (line: string, limits: Partial<typeof LIMITS> = {}) => {
  const { stdout, stderr, status } = await runCommand(line, { ...LIMITS, ...limits })
  return { stdout: textOf(stdout), stderr: textOf(stderr), status }
}

/** A process of this pid runs, and is no zombie. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
}

/** A line for a shell that leaves its pid, and one of a child, in a file and goes on for long. */
const lasting = (file: string): string =>
  `sleep 1000 & echo $! $$ > ${file}.new; mv ${file}.new ${file}; sleep 1000`

async function pidsIn(file: string): Promise<number[]> {
  await until('the command runs', () => existsSync(file))
  return readFileSync(file, 'utf8').trim().split(' ').map(Number)
}

describe('what is run', () => {
  test('words and quotes, without a shell; output and status come back', async () => {
    expect(await run('echo one  "two  three" \'$x;|\' a"b"c')).toEqual({
      stdout: 'one two  three $x;| abc\n',
      stderr: '',
      status: 0,
    })
    expect((await run('false')).status).toBe(1)
    expect((await run('ls /does/not/exist')).stderr).toContain('/does/not/exist')
  })

  test.each(['', 'rm x', '/bin/echo x', '../bin/echo', 'sh -c echo', 'echo\tx\0y', '"" echo'])(
    '%p is refused',
    async (line) => {
      const { stdout, stderr, status } = await run(line)
      expect([stdout, status]).toEqual(['', 126])
      expect(stderr).toStartWith('framegate: ')
    },
  )

  test('a shell runs anything, where it was asked for', async () => {
    const { stdout, status } = await run('echo $((1+2)); exit 7', { shell: true })
    expect([stdout, status]).toEqual(['3\n', 7])
  })

  test('it reads nothing: its input is empty', async () => {
    expect(await run('cat')).toEqual({ stdout: '', stderr: '', status: 0 })
  })
})

describe('what ends it, with all that it started', () => {
  test('time', async () => {
    const file = join(root, 'time')
    const result = await run(lasting(file), { shell: true, timeoutMs: 500 })
    expect(result).toMatchObject({ stdout: '', status: 137 })
    expect(result.stderr).toBe('framegate: the command was ended: it took over 500 ms.\n')
    const pids = await pidsIn(file)
    await until('all of them have ended', () => !pids.some(isAlive))
  })

  test('output beyond the limit', async () => {
    const { stderr, status } = await run('seq 1 100000000', { outputBytesMax: 10_000 })
    expect([stderr, status]).toEqual([
      'framegate: the command was ended: it said over 10000 bytes.\n',
      137,
    ])
  })

  test('its own end: nothing that it left behind goes on', async () => {
    const file = join(root, 'left')
    const line = `sleep 1000 & echo $! > ${file}; echo done`
    expect(await run(line, { shell: true })).toMatchObject({ stdout: 'done\n', status: 0 })
    const pids = await pidsIn(file)
    await until('it has ended', () => !pids.some(isAlive))
  })

  const servers = [
    ['length-prefixed', 'exec', 'tcp'],
    ['length-prefixed', 'exec', 'unix'],
    ['tutorial/struct-header', undefined, 'tcp'],
  ] as const
  const frame = (name: string, line: string) =>
    name === 'length-prefixed' ? framed('i32le', [bytesOf(line)]) : bytesOf(line)

  test.if(canLookUp()).each(servers)('a client of %s %s that leaves, over %s', async (...how) => {
    const [name, service, transport] = how
    const file = join(root, `${name.split('/').at(-1)}-${transport}`)
    const listen = transport === 'unix' ? `unix:${file}.sock` : undefined
    await using served = await Served.start({ name, service, listen, shell: true })
    const client = await Client.connect(served.address)
    await client.send(frame(name, lasting(file)))
    const pids = await pidsIn(file)
    client[Symbol.dispose]()
    await until('its command has ended', () => !pids.some(isAlive))
  })

  test('the server, even with SIGKILL', async () => {
    const file = join(root, 'killed')
    await using served = await Served.start({
      name: 'length-prefixed',
      service: 'exec',
      shell: true,
    })
    using client = await Client.connect(served.address)
    await client.send(frame('length-prefixed', lasting(file)))
    const pids = await pidsIn(file)
    served.kill('SIGKILL')
    await until('its command has ended', () => !pids.some(isAlive))
  })
})

describe('exec in the framed servers', () => {
  test('commands are answered in order, all of them after a half-close', async () => {
    await using served = await Served.start({ name: 'length-prefixed', service: 'exec' })
    using client = await Client.connect(served.address)
    const lines = ['sleep 0.2', 'seq 1 100000', 'false', 'echo last']
    await client.send(framed('i32le', lines.map(bytesOf)))
    client.socket.shutdownWrite()
    const replies = unframed('i32le', await client.readToEnd()).map(textOf)
    expect([replies.length, replies[0], replies[2], replies[3]]).toEqual([4, '', '', 'last\n'])
    expect(replies[1]!.split('\n').length).toBe(100_001)
  })

  test('json-header tells the exit status', async () => {
    await using served = await Served.start({ name: 'json-header', service: 'exec' })
    using client = await Client.connect(served.address)
    await client.send(framed('json-header', [bytesOf('false'), bytesOf('echo x')]))
    client.socket.shutdownWrite()
    const bytes = await client.readToEnd()
    expect(unframed('json-header', bytes).map(textOf)).toEqual(['', 'x\n'])
    const told = [...textOf(bytes).matchAll(/"status":(\d+)/g)].map((match) => match[1])
    expect(told).toEqual(['1', '0'])
  })

  test.each([
    ['length-prefixed', 'exec', 'tcp://0.0.0.0:0'],
    ['tutorial/remote-command', undefined, 'tcp://[::]:0'],
  ])('%s does not listen for others', async (name, service, listen) => {
    const { code, stderr, stdout } = await runServe({ name, service, listen })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('it listens on loopback only')
  })

  test('a shell is said loudly', async () => {
    const { stderr } = await runServe({
      name: 'length-prefixed',
      service: 'exec',
      shell: true,
      // A folder: there it cannot listen.
      listen: `unix:${root}`,
    })
    expect(stderr).toContain('WARNING: --shell: every line that a client sends is run by /bin/sh')
  })
})

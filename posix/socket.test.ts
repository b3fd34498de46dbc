/** Python's socket object against Bun's own sockets, which run on another thread. */
import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { C, IS_LINUX } from './constants.ts'
import { PosixError } from './libc.ts'
import { type Socket, type SocketAddress, SocketTimeout, socket } from './socket.ts'
import type { Order } from './testdata/bun-peer.ts'
import { bytesOf, textOf, until } from './testing.ts'

const MEBIBYTE = 1024 * 1024
const folder = mkdtempSync(join(tmpdir(), 'framegate-'))
const ended: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterEach(() => {
  for (const end of ended.splice(1)) end()
})

/** Closed when the test ends, whatever becomes of it. */
function opened(made: Socket): Socket {
  ended.push(() => made.close())
  return made
}

interface Said {
  isDeaf?: boolean
  port?: number
  heard?: string
  heardBytes?: number
}

/** A thread with Bun's sockets: what it is told, and what it says to that. */
function bunPeer() {
  const worker = new Worker(new URL('./testdata/bun-peer.ts', import.meta.url).href)
  ended.push(() => worker.terminate())
  const said: Said[] = []
  worker.onmessage = ({ data }) => void said.push(data)
  const tell = (order: Order) => worker.postMessage(order)
  const hear = async (): Promise<Said> => {
    await until('the peer says something', () => said.length > 0)
    return said.shift()!
  }
  return { tell, hear }
}

async function listening(order: Omit<Extract<Order, { do: 'listen' }>, 'do'>) {
  const peer = bunPeer()
  peer.tell({ do: 'listen', ...order })
  const { port } = await peer.hear()
  const address: SocketAddress = order.unix ?? [order.hostname ?? '127.0.0.1', port!]
  return { ...peer, address }
}

function caught(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

const familyOf = (host: string) => (host.includes(':') ? C.AF_INET6 : C.AF_INET)
const unixPath = (name: string) => join(folder, name)

/** A listener of ours with nobody to accept. */
function listener(family: number, where: SocketAddress, backlog = 5): Socket {
  const made = opened(socket(family, C.SOCK_STREAM))
  made.bind(where)
  made.listen(backlog)
  return made
}

test.each(['127.0.0.1', '::1', 'unix'])('as a client of Bun on %s', async (where) => {
  const unix = where === 'unix' ? { unix: unixPath('c.sock') } : { hostname: where }
  const { address } = await listening({ behaviour: 'echo', ...unix })
  const client = opened(socket(where === 'unix' ? C.AF_UNIX : familyOf(where)))
  expect(client.gettimeout()).toBeNull()
  client.connect(address)
  expect(client.getpeername()).toEqual(address)
  if (where === 'unix') expect(client.getsockname()).toBe('')
  else expect(client.getsockname()[0]).toBe(where)
  expect(client.send(bytesOf('hello'))).toBe(5)
  const buffer = new Uint8Array(8).fill(0x2e)
  for (let got = 0; got < 5; ) got += client.recvInto(buffer.subarray(got), 5 - got)
  expect(textOf(buffer)).toBe('hello...')
  client.sendall(bytesOf('!'))
  expect(client.recvfrom(10)).toEqual([bytesOf('!'), where === 'unix' ? address : ''])
  client.shutdown(C.SHUT_WR)
  expect(client.recv(10)).toHaveLength(0)
})

test.each(['127.0.0.1', '::1', 'unix'])('as a server of Bun on %s', async (where) => {
  const isUnix = where === 'unix'
  const bound: SocketAddress = isUnix ? unixPath('s.sock') : [where, 0]
  const server = listener(isUnix ? C.AF_UNIX : familyOf(where), bound)
  const name = server.getsockname()
  const peer = bunPeer()
  const at = isUnix ? { unix: bound as string } : { hostname: where, port: name[1] as number }
  peer.tell({ do: 'connect', ...at, say: 'hello' })
  const [connection, from] = server.accept()
  opened(connection)
  expect(connection.gettimeout()).toBeNull()
  expect(from).toEqual(connection.getpeername())
  expect(connection.recv(1024)).toEqual(bytesOf('hello'))
  expect(connection.recv(1024)).toHaveLength(0)
  connection.sendall(bytesOf('HELLO'))
  connection.close()
  expect(await peer.hear()).toEqual({ heard: 'HELLO' })
})

test('sendall writes all that a send would cut, and waits for a peer that does not read', async () => {
  const { address, tell, hear } = await listening({ behaviour: 'deaf' })
  const client = opened(socket())
  client.connect(address)
  client.setblocking(false)
  const large = new Uint8Array(16 * MEBIBYTE)
  const short = client.send(large)
  expect(short).toBeGreaterThan(0)
  expect(short).toBeLessThan(large.length)
  expect(caught(() => client.sendall(large))).toMatchObject({ code: 'EAGAIN', call: 'send' })
  client.setblocking(true)
  // Told before that, it would have nobody to read from.
  expect(await hear()).toEqual({ isDeaf: true })
  tell({ do: 'resume' })
  client.sendall(large)
  client.shutdown(C.SHUT_WR)
  const { heardBytes } = await hear()
  expect(heardBytes).toBeGreaterThanOrEqual(short + large.length)
})

test('a timeout is an error of its own, in time, for each kind of call', async () => {
  const { address } = await listening({ behaviour: 'deaf' })
  const client = opened(socket())
  client.connect(address)
  client.settimeout(0.05)
  expect(client.gettimeout()).toBe(0.05)
  const server = listener(C.AF_INET, ['127.0.0.1', 0])
  server.settimeout(0.05)
  const datagrams = opened(socket(C.AF_INET, C.SOCK_DGRAM))
  datagrams.settimeout(0.05)
  const calls: [string, () => unknown][] = [
    ['recv', () => client.recv(1)],
    ['recv', () => client.recvInto(new Uint8Array(1))],
    ['accept', () => server.accept()],
    ['recvfrom', () => datagrams.recvfrom(1)],
    ['send', () => client.sendall(new Uint8Array(64 * MEBIBYTE))],
  ]
  for (const [call, act] of calls) {
    const begin = performance.now()
    const error = caught(act)
    expect(error).toBeInstanceOf(SocketTimeout)
    expect(error).not.toBeInstanceOf(PosixError)
    expect(error).toMatchObject({ name: 'SocketTimeout', call })
    expect((error as Error).message).toBe(`${call}: timed out after 0.05 s`)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(49)
  }
  expect(() => client.settimeout(-1)).toThrow('A timeout is null or seconds from 0 on, not -1.')
})

test('a timeout that is long enough changes nothing', async () => {
  const { address } = await listening({ behaviour: 'echo' })
  const client = opened(socket())
  client.settimeout(20)
  client.connect(address)
  const bytes = new Uint8Array(4 * MEBIBYTE).fill(7)
  client.sendall(bytes.subarray(0, MEBIBYTE / 8))
  for (let got = 0; got < MEBIBYTE / 8; ) got += client.recv(65_536).length
  client.settimeout(null)
  client.send(bytes.subarray(0, 1))
  expect(client.recv(1)).toEqual(Uint8Array.of(7))
})

test('never blocking, what cannot be done at once is EAGAIN', async () => {
  const { address } = await listening({ behaviour: 'deaf' })
  const client = opened(socket())
  client.connect(address)
  client.setblocking(false)
  expect(client.gettimeout()).toBe(0)
  expect(caught(() => client.recv(1))).toMatchObject({ code: 'EAGAIN', call: 'recv' })
  const server = listener(C.AF_INET, ['127.0.0.1', 0])
  server.setblocking(false)
  expect(caught(() => server.accept())).toMatchObject({ code: 'EAGAIN', call: 'accept' })
  expect(server.gettimeout()).toBe(0)
  server.setblocking(true)
  expect(server.gettimeout()).toBeNull()
})

test('signals during a call are not noticed, and a timeout is as long as it says', async () => {
  const host = listener(C.AF_INET, ['127.0.0.1', 0])
  const program = new URL('./testdata/interrupted.ts', import.meta.url).pathname
  const child = Bun.spawn([process.execPath, program, String(host.getsockname()[1])])
  ended.push(() => child.kill('SIGKILL'))
  const [connection] = host.accept()
  opened(connection)
  // Each signal wakes it up and it goes to sleep again: the kernel counts.
  const wakings = () => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)![1])
  }
  const output = child.stdout.getReader()
  expect(textOf((await output.read()).value!)).toBe('bare EINTR\n')
  const before = wakings()
  await until('it was interrupted ten times', () => wakings() > before + 10)
  connection.sendall(bytesOf('hello'))
  let rest = ''
  for (let next = await output.read(); !next.done; next = await output.read()) {
    rest += textOf(next.value)
  }
  expect(rest).toBe('recv hello\nSocketTimeout in time\n')
  expect(await child.exited).toBe(0)
})

test('resets: the next read says ECONNRESET, a write EPIPE', async () => {
  const { address } = await listening({ behaviour: 'reset-when-spoken-to' })
  const client = opened(socket())
  client.connect(address)
  client.setsockopt(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer))
  const linger = client.getsockopt(C.SOL_SOCKET, C.SO_LINGER, 8)
  expect([...new Int32Array(linger.slice().buffer)]).toEqual([1, 0])
  client.sendall(new Uint8Array(4 * MEBIBYTE).subarray(0, 200_000))
  const error = caught(() => {
    for (;;) if (client.recv(1).length === 0) client.sendall(bytesOf('x'))
  })
  expect(error).toBeInstanceOf(PosixError)
  expect(['ECONNRESET', 'EPIPE']).toContain((error as PosixError).code)
  expect(caught(() => client.sendall(bytesOf('x')))).toMatchObject({ code: 'EPIPE', call: 'send' })
})

test('connectEx returns what connect throws', async () => {
  const server = listener(C.AF_INET, ['127.0.0.1', 0])
  const address = server.getsockname()
  expect(opened(socket()).connectEx(address)).toBe(0)
  server.close()
  const { ECONNREFUSED, EINPROGRESS, ENOENT } = constants.errno
  for (const timeout of [null, 5]) {
    const client = opened(socket())
    client.settimeout(timeout)
    expect(client.connectEx(address)).toBe(ECONNREFUSED)
    const error = caught(() => opened(socket()).connect(address))
    expect(error).toMatchObject({ code: 'ECONNREFUSED', errno: ECONNREFUSED, call: 'connect' })
  }
  expect(opened(socket(C.AF_UNIX)).connectEx(unixPath('nobody.sock'))).toBe(ENOENT)
  const eager = opened(socket())
  eager.setblocking(false)
  const other = listener(C.AF_INET, ['127.0.0.1', 0])
  expect([0, EINPROGRESS]).toContain(eager.connectEx(other.getsockname()))
})

test.if(IS_LINUX)('a full backlog keeps the next one waiting, until it times out', () => {
  const places: [number, SocketAddress][] = [
    [C.AF_INET, ['127.0.0.1', 0]],
    [C.AF_UNIX, unixPath('full.sock')],
  ]
  for (const [family, where] of places) {
    const server = listener(family, where, 1)
    const connect = (timeout: number) => {
      const client = opened(socket(family))
      client.settimeout(timeout)
      return client.connectEx(server.getsockname())
    }
    // A backlog of n holds n + 1.
    expect([connect(5), connect(5)]).toEqual([0, 0])
    expect(connect(0.05)).toBe(constants.errno.EAGAIN)
    const late = opened(socket(family))
    late.settimeout(0.05)
    expect(caught(() => late.connect(server.getsockname()))).toBeInstanceOf(SocketTimeout)
    opened(server.accept()[0])
    expect(connect(5)).toBe(0)
  }
})

test.each(['127.0.0.1', '::1'])('datagrams with Bun on %s', async (hostname) => {
  const peer = bunPeer()
  peer.tell({ do: 'echo-datagrams', hostname })
  const { port } = await peer.hear()
  const address: SocketAddress = [hostname, port!]
  const client = opened(socket(familyOf(hostname), C.SOCK_DGRAM))
  client.settimeout(20)
  for (const length of [3, 0, 1, 1_000]) {
    expect(client.sendto(new Uint8Array(length).fill(7), address)).toBe(length)
    const [bytes, from] = client.recvfrom(1_024)
    expect([bytes.length, from]).toEqual([length, address])
  }
  client.sendto(new Uint8Array(1_000), 0, address)
  const small = new Uint8Array(10)
  if (IS_LINUX) expect(client.recvfromInto(small, 0, C.MSG_TRUNC)).toEqual([1_000, address])
  else expect(client.recvfrom(10)).toEqual([small, address])
  const error = caught(() => client.sendto(new Uint8Array(70_000), address))
  expect(error).toMatchObject({ code: 'EMSGSIZE', call: 'sendto' })
})

test('datagrams between Unix sockets have the path they come from', () => {
  const [one, other] = [unixPath('one.sock'), unixPath('other.sock')]
  const ours = opened(socket(C.AF_UNIX, C.SOCK_DGRAM))
  const theirs = opened(socket(C.AF_UNIX, C.SOCK_DGRAM))
  ours.bind(one)
  theirs.bind(other)
  ours.sendto(bytesOf('ping'), other)
  expect(theirs.recvfrom(10)).toEqual([bytesOf('ping'), one])
  const nameless = opened(socket(C.AF_UNIX, C.SOCK_DGRAM))
  nameless.sendto(bytesOf('x'), one)
  expect(ours.recvfrom(10)).toEqual([bytesOf('x'), ''])
})

test('options, names and descriptors', () => {
  const made = opened(socket())
  made.setsockopt(C.SOL_SOCKET, C.SO_REUSEADDR, 1)
  expect(made.getsockopt(C.SOL_SOCKET, C.SO_REUSEADDR)).not.toBe(0)
  expect(made.getsockopt(C.SOL_SOCKET, C.SO_TYPE)).toBe(C.SOCK_STREAM)
  expect(caught(() => made.setsockopt(C.SOL_SOCKET, 9999, 1))).toMatchObject({ call: 'setsockopt' })
  made.bind(['localhost', 0])
  expect(made.getsockname()[0]).toBe('127.0.0.1')
  const any = opened(socket(C.AF_INET6))
  any.bind(['', 0])
  expect(any.getsockname()[0]).toBe('::')
  const error = caught(() => opened(socket()).bind(made.getsockname()))
  expect(error).toBeInstanceOf(PosixError)
  expect(caught(() => made.getpeername())).toMatchObject({ code: 'ENOTCONN', call: 'getpeername' })
  expect(() => made.connect(['example.org', 80])).toThrow('"example.org" is not a numeric')
})

test('closed and detached: the descriptor is -1 and nothing works, twice is once', () => {
  const made = opened(socket())
  const fd = made.fileno()
  expect(made.detach()).toBe(fd)
  expect([made.fileno(), made.detach()]).toEqual([-1, -1])
  made.close()
  // The one who detached it has it still.
  const again = socket()
  expect(again.fileno()).not.toBe(fd)
  const number = again.fileno()
  again.close()
  const third = opened(socket())
  expect(third.fileno()).toBe(number)
  again.close()
  expect(third.getsockopt(C.SOL_SOCKET, C.SO_TYPE)).toBe(C.SOCK_STREAM)
  for (const act of [
    () => again.recv(1),
    () => again.listen(),
    () => again.shutdown(C.SHUT_RDWR),
  ]) {
    expect(caught(act)).toMatchObject({ code: 'EBADF' })
  }
})

test('a program that we start does not inherit sockets', async () => {
  const server = listener(C.AF_INET, ['127.0.0.1', 0])
  const client = opened(socket())
  client.connect(server.getsockname())
  const [accepted] = server.accept()
  opened(accepted)
  for (const { fileno } of [server, client, accepted].map((made) => ({ fileno: made.fileno() }))) {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fileno}`, 'utf8'))![1]
    expect(Number.parseInt(flags!, 8) & C.SOCK_CLOEXEC).toBe(C.SOCK_CLOEXEC)
  }
})

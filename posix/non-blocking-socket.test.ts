import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatAddress } from './address.ts'
import { C, POLLHUP, POLLIN, POLLOUT } from './constants.ts'
import { PosixError } from './libc.ts'
import { NonBlockingSocket } from './non-blocking-socket.ts'
import { bytesOf, connected, type Host, listen, ready, textOf, until } from './testing.ts'

const target = new Uint8Array(64 * 1024)
const MEBIBYTE = new Uint8Array(1024 * 1024).fill(0x61)

function caught(act: () => unknown): PosixError {
  try {
    act()
  } catch (error) {
    if (error instanceof PosixError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Writes until the kernel takes nothing more; the sizes that it took. */
function fill(socket: NonBlockingSocket): number[] {
  const taken: number[] = []
  for (let count = socket.send(MEBIBYTE); count !== null; count = socket.send(MEBIBYTE)) {
    taken.push(count)
  }
  return taken
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)

async function accepted(host: Host) {
  await until('the connection is accepted', () => host.heard.sockets.length > 0)
  return host.heard.sockets[0]!
}

test.each(['127.0.0.1', '::1'])(
  'on %s both directions work, and both ends have names',
  async (hostname) => {
    using host = listen({ hostname })
    const socket = await connected(host.address)
    expect(socket.peerAddress()).toEqual(host.address)
    const local = socket.localAddress()
    expect(local).toMatchObject({ transport: 'tcp', host: hostname })
    expect(formatAddress(local)).not.toBe(formatAddress(host.address))
    expect(socket.recv(target)).toBeNull()
    expect(socket.send(bytesOf('hello'))).toBe(5)
    await until('hello arrives', () => textOf(host.heard.bytes) === 'hello')
    host.heard.sockets[0]!.write('world')
    await ready(socket, POLLIN)
    expect(socket.unreadBytes()).toBe(5)
    expect(socket.recv(target.subarray(0, 3))).toBe(3)
    expect(socket.unreadBytes()).toBe(2)
    expect(socket.recv(target.subarray(3))).toBe(2)
    expect(textOf(target.subarray(0, 5))).toBe('world')
    socket.close()
  },
)

test('a Unix socket connects at once; where nobody listens is ENOENT', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-'))
  try {
    using host = listen({ unix: join(folder, 'a.sock') })
    const socket = await connected(host.address)
    expect(socket.peerAddress()).toEqual(host.address)
    expect(socket.localAddress()).toEqual({ transport: 'unix', path: '' })
    socket.send(bytesOf('x'))
    await until('x arrives', () => textOf(host.heard.bytes) === 'x')
    socket.close()
    const address = { transport: 'unix', path: join(folder, 'b.sock') } as const
    const other = NonBlockingSocket.open(address)
    expect(caught(() => other.connect(address))).toMatchObject({ code: 'ENOENT', call: 'connect' })
    other.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('where nobody listens is ECONNREFUSED, with number and call', async () => {
  const host = listen({ hostname: '127.0.0.1' })
  host[Symbol.dispose]()
  const error = await connected(host.address).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PosixError)
  expect(error).toMatchObject({
    name: 'PosixError',
    code: 'ECONNREFUSED',
    errno: constants.errno.ECONNREFUSED,
    call: 'connect',
    message: 'connect: ECONNREFUSED (Connection refused)',
  })
})

test('a full buffer takes a part, then nothing; it takes more when the peer reads', async () => {
  using host = listen({ hostname: '127.0.0.1' }, 'deaf')
  const socket = await connected(host.address)
  const peer = await accepted(host)
  const taken = fill(socket)
  expect(taken.some((count) => count < MEBIBYTE.length)).toBe(true)
  expect(socket.unsentBytes()).toBeGreaterThan(0)
  peer.resume()
  await ready(socket, POLLOUT)
  expect(socket.send(bytesOf('more'))).toBe(4)
  const total = sum(taken) + 4
  await until('all of it arrives', () => host.heard.bytes.length >= total)
  await until('all of it is acknowledged', () => socket.unsentBytes() === 0)
  expect(textOf(host.heard.bytes.slice(-5))).toBe('amore')
  expect(host.heard.bytes.length).toBe(total)
  socket.close()
})

test('an empty write takes nothing and does nothing', async () => {
  using host = listen({ hostname: '127.0.0.1' })
  const socket = await connected(host.address)
  expect(socket.send(new Uint8Array(0))).toBe(0)
  socket.close()
})

test('a half-close ends our direction only: the peer can answer, its end reads as 0', async () => {
  using host = listen({ hostname: '127.0.0.1' })
  const socket = await connected(host.address)
  socket.send(bytesOf('ask'))
  socket.shutdownWrite()
  await until('the peer sees the end', () => host.heard.ended === 1)
  expect(textOf(host.heard.bytes)).toBe('ask')
  expect(caught(() => socket.send(bytesOf('x')))).toMatchObject({ code: 'EPIPE', call: 'send' })
  expect(socket.recv(target)).toBeNull()
  host.heard.sockets[0]!.end('answer')
  await until('the answer arrives', () => socket.unreadBytes() === 6)
  expect(socket.recv(target)).toBe(6)
  await ready(socket, POLLIN)
  expect(socket.recv(target)).toBe(0)
  expect(socket.recv(target)).toBe(0)
  socket.close()
})

test('a reset is seen by the peer, and is no end', async () => {
  using host = listen({ hostname: '127.0.0.1' })
  const socket = await connected(host.address)
  await accepted(host)
  socket.reset()
  await until('the peer is told', () => host.heard.closed === 1)
  expect(host.heard.errors).toEqual(['ECONNRESET'])
  expect(host.heard.ended).toBe(0)
})

test("the peer's reset is ECONNRESET at the next read, and the end behind it", async () => {
  using host = listen({ hostname: '127.0.0.1' }, 'deaf')
  const socket = await connected(host.address)
  const peer = await accepted(host)
  // Closing with unread bytes makes the kernel reset the connection.
  socket.send(bytesOf('never read'))
  await until('they arrive', () => socket.unsentBytes() === 0)
  peer.terminate()
  await ready(socket, POLLIN)
  const error = caught(() => socket.recv(target))
  const { ECONNRESET } = constants.errno
  expect(error).toMatchObject({ code: 'ECONNRESET', errno: ECONNRESET, call: 'recv' })
  expect(socket.recv(target)).toBe(0)
  socket.close()
})

test('closing twice closes once: a descriptor that was given out again stays open', async () => {
  using host = listen({ hostname: '127.0.0.1' })
  const first = await connected(host.address)
  first.close()
  const second = await connected(host.address)
  expect(second.fd).toBe(first.fd)
  first.close()
  first.reset()
  expect(second.send(bytesOf('x'))).toBe(1)
  second.close()
})

test('a closed descriptor is EBADF, whatever is asked of it', async () => {
  using host = listen({ hostname: '127.0.0.1' })
  const socket = await connected(host.address)
  socket.close()
  const calls: [string, () => unknown][] = [
    ['shutdown', () => socket.shutdownWrite()],
    ['getsockname', () => socket.localAddress()],
    ['getpeername', () => socket.peerAddress()],
    ['ioctl', () => socket.unreadBytes()],
    ['setsockopt', () => socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, 4096)],
    ['getsockopt', () => socket.getOption(C.SOL_SOCKET, C.SO_RCVBUF)],
    ['recv', () => socket.recv(target)],
  ]
  for (const [call, act] of calls) expect(caught(act)).toMatchObject({ code: 'EBADF', call })
})

test('a small receive buffer makes the peer come up short early', async () => {
  const held: number[] = []
  for (const bytes of [4 * 1024, null]) {
    using host = listen({ hostname: '127.0.0.1' })
    const socket = await connected(host.address, (socket) => {
      if (bytes) socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, bytes)
    })
    const size = socket.getOption(C.SOL_SOCKET, C.SO_RCVBUF)
    // Linux doubles what it is asked for, to have room for its own bookkeeping.
    if (bytes) expect(size).toBeLessThanOrEqual(2 * bytes)
    const peer = await accepted(host)
    held.push(peer.write(new Uint8Array(32 * 1024 * 1024)))
    socket.close()
  }
  expect(held[0]!).toBeLessThan(held[1]!)
})

test("Nagle's algorithm is off on TCP", async () => {
  const socket = NonBlockingSocket.open({ transport: 'tcp', host: '127.0.0.1', port: 0 })
  expect(socket.getOption(C.IPPROTO_TCP, C.TCP_NODELAY)).not.toBe(0)
  socket.close()
})

test('datagrams of any length come whole and apart, empty ones too', async () => {
  const bound = await Bun.udpSocket({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket, bytes, port, host) => void socket.send(bytes, port, host) },
  })
  const address = { transport: 'udp', host: '127.0.0.1', port: bound.port } as const
  const socket = await connected(address)
  expect(socket.transport).toBe('udp')
  expect(socket.peerAddress()).toEqual(address)
  expect(socket.localAddress().transport).toBe('udp')
  expect(socket.recv(target)).toBeNull()
  for (const length of [3, 0, 1, 0, 65_507]) {
    expect(socket.sendDatagram(new Uint8Array(length).fill(7))).toBe(true)
    await ready(socket, POLLIN)
    expect(socket.recv(target)).toBe(length)
  }
  const tooLong = caught(() => socket.sendDatagram(new Uint8Array(65_508)))
  expect(tooLong).toMatchObject({ code: 'EMSGSIZE', call: 'send' })
  socket.close()
  bound.close()
})

test('a datagram to a closed port is ECONNREFUSED at the next call', async () => {
  const bound = await Bun.udpSocket({ hostname: '127.0.0.1', port: 0 })
  const address = { transport: 'udp', host: '127.0.0.1', port: bound.port } as const
  bound.close()
  const socket = await connected(address)
  socket.sendDatagram(bytesOf('x'))
  await ready(socket, POLLIN | POLLHUP)
  expect(caught(() => socket.recv(target))).toMatchObject({ code: 'ECONNREFUSED', call: 'recv' })
  socket.close()
})

/** poll, errno, and what the kernel's socket tables tell. */
import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from './address.ts'
import { POLLHUP, POLLIN, POLLOUT } from './constants.ts'
import { checked, errnoCode, libc, PosixError } from './libc.ts'
import type { NonBlockingSocket } from './non-blocking-socket.ts'
import { poll } from './poll.ts'
import { canLookUp, lookUpTcp, lookUpUnix } from './sock-diag.ts'
import { bytesOf, connected, inodeOf, listen, until } from './testing.ts'

const entryOf = (socket: NonBlockingSocket, events: number) => ({ fd: socket.fd, events, ready: 0 })

describe('errno', () => {
  test('numbers have the names that programs branch on', () => {
    expect(errnoCode(constants.errno.ECONNREFUSED)).toBe('ECONNREFUSED')
    expect(errnoCode(constants.errno.EPIPE)).toBe('EPIPE')
    expect(errnoCode(constants.errno.ENOENT)).toBe('ENOENT')
    expect(errnoCode(9999)).toBe('E9999')
  })

  test('of two names for one number it is the one that Python gives', () => {
    expect(errnoCode(constants.errno.EWOULDBLOCK)).toBe('EAGAIN')
  })

  test('a failed call throws, a good one gives its result', () => {
    expect(checked('close', 0)).toBe(0)
    expect(checked('send', 5n)).toBe(5)
    const close = () => checked('close', libc.close(-1))
    expect(close).toThrow(new PosixError('close', constants.errno.EBADF))
    expect(close).toThrow('close: EBADF (Bad file descriptor)')
  })
})

describe('poll', () => {
  test('without anything ready it waits as long as it was told', async () => {
    using host = listen({ hostname: '127.0.0.1' })
    const socket = await connected(host.address)
    const entry = entryOf(socket, POLLIN)
    const begin = performance.now()
    expect(poll([entry], 0)).toBe(0)
    expect(performance.now() - begin).toBeLessThan(1_000)
    const second = performance.now()
    expect(poll([entry], 30)).toBe(0)
    expect(performance.now() - second).toBeGreaterThanOrEqual(29)
    expect(entry.ready).toBe(0)
    expect(poll([], 0)).toBe(0)
    socket.close()
  })

  test('says which of several is ready, and for what; stale answers are cleared', async () => {
    using host = listen({ hostname: '127.0.0.1' })
    const quiet = await connected(host.address)
    const loud = await connected(host.address)
    await until('both are accepted', () => host.heard.sockets.length === 2)
    const entries = [{ ...entryOf(quiet, POLLIN), ready: POLLIN }, entryOf(loud, POLLIN | POLLOUT)]
    expect(poll(entries, 0)).toBe(1)
    expect(entries.map(({ ready }) => ready)).toEqual([0, POLLOUT])
    host.heard.sockets[1]!.write('x')
    const both = POLLIN | POLLOUT
    await until('it is readable too', () => poll(entries, 0) === 1 && entries[1]!.ready === both)
    expect(entries[0]!.ready).toBe(0)
    quiet.close()
    loud.close()
  })

  test('hang-up is told without being asked for', async () => {
    using host = listen({ hostname: '127.0.0.1' })
    const socket = await connected(host.address)
    await until('it is accepted', () => host.heard.sockets.length === 1)
    socket.shutdownWrite()
    host.heard.sockets[0]!.end()
    const entry = entryOf(socket, 0)
    await until('hang-up', () => poll([entry], 0) === 1)
    expect(entry.ready & POLLHUP).toBe(POLLHUP)
    socket.close()
  })
})

type Tcp = Extract<Address, { transport: 'tcp' }>

describe.if(canLookUp())('the socket tables', () => {
  test.each(['127.0.0.1', '::1'])(
    "on %s: the peer's queue, and what ever arrived",
    async (hostname) => {
      using host = listen({ hostname }, 'deaf')
      const socket = await connected(host.address)
      await until('it is accepted', () => host.heard.sockets.length === 1)
      const server = host.address as Tcp
      const client = socket.localAddress() as Tcp
      const theirs = () => lookUpTcp(server, client)!
      expect(theirs()).toMatchObject({
        state: 'ESTABLISHED',
        receiveQueueBytes: 0,
        arrivedBytes: 0,
      })
      expect(theirs().inode).toBeGreaterThan(0)
      socket.send(bytesOf('hello'))
      await until('it is queued', () => theirs().receiveQueueBytes === 5)
      expect(theirs().arrivedBytes).toBe(5)
      host.heard.sockets[0]!.resume()
      await until('it is read', () => theirs().receiveQueueBytes === 0)
      expect(theirs().arrivedBytes).toBe(5)
      expect(lookUpTcp(client, server)).toMatchObject({ inode: inodeOf(socket) })
      socket.shutdownWrite()
      // Their FIN takes a number in the sequence, like a byte.
      await until('our FIN has arrived', () => theirs().arrivedBytes === 6)
      expect(theirs().state).toBe('CLOSE_WAIT')
      socket.close()
    },
  )

  test('a listener is found by its own address alone', () => {
    using host = listen({ hostname: '127.0.0.1' })
    const any = { transport: 'tcp', host: '0.0.0.0', port: 0 } as const
    const found = lookUpTcp(host.address as Tcp, any)
    expect(found).toMatchObject({ state: 'LISTEN', receiveQueueBytes: 0 })
    host[Symbol.dispose]()
    expect(lookUpTcp(host.address as Tcp, any)).toBeNull()
  })

  test('a connection that was reset is gone', async () => {
    using host = listen({ hostname: '127.0.0.1' })
    const socket = await connected(host.address)
    await until('it is accepted', () => host.heard.sockets.length === 1)
    const server = host.address as Tcp
    const client = socket.localAddress() as Tcp
    expect(lookUpTcp(client, server)).not.toBeNull()
    socket.reset()
    expect(lookUpTcp(client, server)).toBeNull()
    await until('theirs is gone too', () => lookUpTcp(server, client) === null)
  })

  test('what was written and nobody took is in the send queue', async () => {
    using host = listen({ hostname: '127.0.0.1' }, 'deaf')
    const socket = await connected(host.address)
    while (socket.send(new Uint8Array(1024 * 1024)) !== null);
    const ours = lookUpTcp(socket.localAddress() as Tcp, host.address as Tcp)!
    expect(ours.sendQueueBytes).toBeGreaterThan(0)
    socket.close()
  })

  test('a Unix socket is found by its inode, and its peer by theirs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'framegate-'))
    try {
      using host = listen({ unix: join(folder, 'a.sock') }, 'deaf')
      const socket = await connected(host.address)
      await until('it is accepted', () => host.heard.sockets.length === 1)
      const inode = inodeOf(socket)
      const ours = lookUpUnix(inode)!
      expect(ours).toMatchObject({ state: 'ESTABLISHED', inode, arrivedBytes: null })
      expect(ours.peerInode).toBeGreaterThan(0)
      const theirs = () => lookUpUnix(ours.peerInode)
      expect(theirs()).toMatchObject({ peerInode: inode, receiveQueueBytes: 0 })
      socket.send(bytesOf('hello'))
      expect(theirs()!.receiveQueueBytes).toBe(5)
      host.heard.sockets[0]!.resume()
      await until('it is read', () => theirs()!.receiveQueueBytes === 0)
      socket.close()
      expect(lookUpUnix(inode)).toBeNull()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

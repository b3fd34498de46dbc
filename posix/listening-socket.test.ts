/** Listening without waiting: what is accepted, and what is said when nobody is there. */
import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address } from './address.ts'
import { C } from './constants.ts'
import { ListeningSocket } from './listening-socket.ts'
import { NonBlockingSocket } from './non-blocking-socket.ts'
import * as calls from './socket-calls.ts'
import { connected, until } from './testing.ts'

const LOOPBACK = { transport: 'tcp', host: '127.0.0.1', port: 0 } as const

async function acceptedFd(listener: ListeningSocket): Promise<number> {
  let fd: number | null = null
  await until('somebody is there', () => {
    fd = listener.accept()
    return fd !== null
  })
  return fd!
}

describe.each([
  ['tcp', LOOPBACK],
  ['IPv6', { ...LOOPBACK, host: '::1' }],
  ['unix', { transport: 'unix', path: 'a.sock' }],
] as const)('over %s', (_, where) => {
  test('null while nobody waits; what is accepted does not block', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'framegate-'))
    const address =
      where.transport === 'unix' ? { ...where, path: join(folder, where.path) } : where
    const listener = ListeningSocket.open(address, 8)
    try {
      expect(listener.accept()).toBeNull()
      const client = await connected(listener.address as Address)
      const fd = await acceptedFd(listener)
      expect(calls.isWouldBlock(calls.receive(fd, new Uint8Array(1), 0))).toBe(true)
      expect(listener.accept()).toBeNull()
      calls.close(fd)
      client.close()
    } finally {
      listener.close()
      rmSync(folder, { recursive: true })
    }
  })
})

test('what is set before is what accepted sockets begin with', async () => {
  const prepare = (fd: number) => calls.setNumber(fd, C.SOL_SOCKET, C.SO_RCVBUF, 4_096)
  const listener = ListeningSocket.open(LOOPBACK, 8, prepare)
  const client = await connected(listener.address)
  const fd = await acceptedFd(listener)
  expect(calls.getOption(fd, C.SOL_SOCKET, C.SO_RCVBUF)).toBeLessThan(16_384)
  for (const open of [fd, listener.fd]) calls.close(open)
  client.close()
})

test('an address that somebody has is EADDRINUSE; one without a backlog refuses', () => {
  const taken = ListeningSocket.open(LOOPBACK, null)
  expect(() => ListeningSocket.open(taken.address as typeof LOOPBACK, 8)).toThrow('EADDRINUSE')
  const client = NonBlockingSocket.open(taken.address)
  expect(() => {
    client.connect(taken.address)
    client.finishConnect()
  }).toThrow('ECONNREFUSED')
  client.close()
  taken.close()
})

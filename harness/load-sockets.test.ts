import { expect, test } from 'bun:test'
import { existsSync, rmSync } from 'node:fs'
import type { Address } from '../posix/address.ts'
import * as posix from '../posix/socket.ts'
import { nowMs } from './clock.ts'
import { LoadReactor } from './load-reactor.ts'
import { LoadSocket, type LoadSocketEvents } from './load-sockets.ts'
import { newSocketPath } from './scratch.ts'

const { C } = posix
const soon = () => nowMs() + 10_000

/** A listener of this very thread: nothing happens behind the reactor's back. */
function listening(): { listener: posix.Socket; address: Address } {
  const listener = posix.socket(C.AF_INET, C.SOCK_STREAM)
  listener.bind(['127.0.0.1', 0])
  listener.listen(8)
  const [host, port] = listener.getsockname() as [string, number]
  return { listener, address: { transport: 'tcp', host, port } }
}

/** Everything that a socket tells, in order. */
function heard() {
  const told: string[] = []
  const events: LoadSocketEvents = {
    opened: () => void told.push('opened'),
    data: (chunk) => void told.push(Buffer.from(chunk).toString('latin1')),
    drain: () => void told.push('drain'),
    closed: (why) => void told.push(why ?? 'closed'),
  }
  return { told, events }
}

function connected() {
  const reactor = new LoadReactor()
  const { listener, address } = listening()
  const { told, events } = heard()
  const socket = LoadSocket.open(reactor, address, events)
  expect(reactor.until(() => told.length > 0, soon())).toBe(true)
  const [accepted] = listener.accept()
  listener.close()
  return { reactor, socket, accepted, told }
}

test('tells what comes, then the end, once', () => {
  const { reactor, accepted, told } = connected()
  accepted.sendall(Buffer.from('one'))
  expect(reactor.until(() => told.includes('one'), soon())).toBe(true)
  accepted.close()
  expect(reactor.until(() => told.includes('closed'), soon())).toBe(true)
  reactor.turn(0)
  expect(told).toEqual(['opened', 'one', 'closed'])
  reactor.close()
})

test('a write that was not taken whole is followed by a drain, once there is room', () => {
  const { reactor, socket, accepted, told } = connected()
  const bytes = new Uint8Array(1024 * 1024)
  while (socket.write(bytes, 0, bytes.length) === bytes.length);
  reactor.turn(0)
  expect(told).toEqual(['opened'])
  accepted.settimeout(0)
  const read = () => {
    try {
      while (accepted.recvInto(bytes) > 0);
    } catch {
      // Nothing there at the moment.
    }
    return told.includes('drain')
  }
  expect(reactor.until(read, soon())).toBe(true)
  socket.terminate()
  expect(told).toEqual(['opened', 'drain'])
  accepted.close()
  reactor.close()
})

test('paused it tells nothing of what has come, and all of it later', () => {
  const { reactor, socket, accepted, told } = connected()
  socket.pause()
  accepted.sendall(Buffer.from('later'))
  reactor.turn(0)
  expect(told).toEqual(['opened'])
  socket.resume()
  expect(reactor.until(() => told.includes('later'), soon())).toBe(true)
  socket.terminate()
  accepted.close()
  reactor.close()
})

test('a reset ends it, paused or not', () => {
  for (const isPaused of [false, true]) {
    const { reactor, socket, accepted, told } = connected()
    if (isPaused) socket.pause()
    accepted.setsockopt(C.SOL_SOCKET, C.SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer))
    accepted.close()
    expect(reactor.until(() => told.includes('closed'), soon())).toBe(true)
    expect(socket.write(Uint8Array.of(1), 0, 1)).toBe(-1)
    reactor.close()
  }
})

test('says why it could not connect', () => {
  const reactor = new LoadReactor()
  const { listener, address } = listening()
  listener.close()
  const { told, events } = heard()
  LoadSocket.open(reactor, address, events)
  expect(reactor.until(() => told.length > 0, soon())).toBe(true)
  expect(told).toEqual([expect.stringContaining('could not connect: connect: ECONNREFUSED')])
  reactor.close()
})

test('a Unix socket whose backlog is full is asked again until there is room', () => {
  const reactor = new LoadReactor()
  const path = newSocketPath()
  const listener = posix.socket(C.AF_UNIX, C.SOCK_STREAM)
  listener.bind(path)
  listener.listen(0)
  const waiting = heard()
  const address = { transport: 'unix', path } as const
  const sockets = [0, 1, 2].map(() => LoadSocket.open(reactor, address, waiting.events))
  reactor.turn(0)
  expect(waiting.told.length).toBeLessThan(3)
  const accepted: posix.Socket[] = []
  while (accepted.length < 3) {
    accepted.push(listener.accept()[0])
    const standing = accepted.length
    expect(reactor.until(() => waiting.told.length > Math.min(standing, 2), soon())).toBe(true)
  }
  expect(waiting.told).toEqual(['opened', 'opened', 'opened'])
  for (const socket of sockets) socket.terminate()
  for (const each of accepted) each.close()
  listener.close()
  if (existsSync(path)) rmSync(path)
  reactor.close()
})

test('a datagram that nobody takes ends it', () => {
  const reactor = new LoadReactor()
  const free = posix.socket(C.AF_INET, C.SOCK_DGRAM)
  free.bind(['127.0.0.1', 0])
  const [host, port] = free.getsockname() as [string, number]
  free.close()
  const { told, events } = heard()
  const socket = LoadSocket.open(reactor, { transport: 'udp', host, port }, events)
  expect(socket.write(Uint8Array.of(1), 0, 1)).toBe(1)
  expect(reactor.until(() => told.includes('closed'), soon())).toBe(true)
  expect(told).toEqual(['opened', 'closed'])
  reactor.close()
})

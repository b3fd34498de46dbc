import { afterEach, describe, expect, test } from 'bun:test'
import type { Socket, TCPSocketListener } from 'bun'
import type { Address } from '../posix/address.ts'
import { nowMs } from './clock.ts'
import { HarnessError } from './errors.ts'
import { Peer } from './peer.ts'
import { freePort } from './ports.ts'
import { until } from './reactor.ts'
import { soon } from './testing.ts'

let listener: TCPSocketListener | null = null
/** Connections that the test's own server has accepted, and how they ended. */
const accepted: Socket[] = []
const ends: string[] = []
afterEach(() => {
  listener?.stop(true)
  listener = null
  accepted.length = ends.length = 0
})

/** A server in this process: what it does with a read is up to the test. */
function serve(data: (socket: Socket, chunk: Uint8Array) => void = () => {}): Address {
  listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    allowHalfOpen: true,
    socket: {
      open: (socket) => void accepted.push(socket),
      data,
      end: () => void ends.push('fin'),
      close: (_, error) => void ends.push(error ? 'rst' : 'closed'),
    },
  })
  return { transport: 'tcp', host: '127.0.0.1', port: listener.port }
}

const connect = (address: Address) => Peer.connect(address, { deadlineMs: soon() })

/** The turns of the event loop that the server of this process needs. */
const untilServer = (holds: () => boolean): Promise<boolean> => until(holds, soon())

describe('connecting', () => {
  test('to nobody is an error that names the address', async () => {
    const port = freePort()
    const error = await connect({ transport: 'tcp', host: '127.0.0.1', port }).catch((e) => e)
    expect(error).toBeInstanceOf(HarnessError)
    expect(error.code).toBe('subject-unreachable')
    expect(error.message).toContain(`tcp://127.0.0.1:${port}`)
    expect(error.message).toContain('ECONNREFUSED')
  })

  test('to a path that does not exist, too', async () => {
    const missing = connect({ transport: 'unix', path: '/nonexistent/socket' })
    await expect(missing).rejects.toMatchObject({ code: 'subject-unreachable' })
  })
})

describe('a peer', () => {
  test('reads nothing unless it is told to', async () => {
    const peer = await connect(serve((socket) => void socket.write('reply')))
    await peer.send(Uint8Array.of(1), soon())
    await untilServer(() => peer.socket.unreadBytes() === 5)
    expect(peer.receivedBytes).toBe(0)
    expect(peer.read(2)).toBe(2)
    expect(peer.read()).toBe(3)
    expect(peer.read()).toBe(0)
    expect(Buffer.concat(peer.reads).toString()).toBe('reply')
    peer.close()
  })

  test('sends all it is given while it reads what comes', async () => {
    const address = serve((socket, chunk) => {
      // What does not fit is dropped: this server is here to fill the peer's buffers.
      socket.write(chunk)
    })
    const peer = await connect(address)
    const bytes = new Uint8Array(8_000_000)
    expect(await peer.send(bytes, soon(), true)).toBe(bytes.length)
    expect(peer.sentBytes).toBe(bytes.length)
    expect(peer.receivedBytes).toBeGreaterThan(0)
    peer.close()
  })

  test('takes what it can when nobody reads, and no more', async () => {
    const peer = await connect(serve((socket) => void socket.pause()))
    const bytes = new Uint8Array(64_000_000)
    let taken = 0
    let count = peer.trySend(bytes)
    while (typeof count === 'number' && count > 0) {
      taken += count
      count = peer.trySend(bytes)
    }
    expect(count).toBe(0)
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(bytes.length)
    expect(await peer.send(bytes, 0)).toBeLessThan(bytes.length)
    peer.close()
  })

  test('sees the end of the stream behind the last bytes', async () => {
    const peer = await connect(serve((socket) => void socket.end('bye')))
    await peer.send(Uint8Array.of(1), soon())
    expect(await peer.readUntil(() => false, soon())).toBe(true)
    expect(Buffer.concat(peer.reads).toString()).toBe('bye')
    expect(peer).toMatchObject({ ended: 'fin', endedBy: 'subject', open: false })
    peer.close()
  })

  test('sees a reset', async () => {
    const peer = await connect(serve((socket) => void socket.terminate()))
    await peer.send(Uint8Array.of(1), soon())
    await untilServer(() => accepted.length === 1)
    await peer.readUntil(() => false, soon())
    expect(peer.endedBy).toBe('subject')
    expect(peer.trySend(Uint8Array.of(2))).toBe('ended')
    peer.close()
  })

  test('half-closes and goes on reading', async () => {
    const peer = await connect(serve())
    peer.finish()
    peer.finish()
    await untilServer(() => ends.includes('fin'))
    accepted[0]!.end('after the end')
    await peer.readUntil(() => false, soon())
    expect(Buffer.concat(peer.reads).toString()).toBe('after the end')
    expect(peer).toMatchObject({ ended: 'fin', endedBy: 'harness', finished: true })
    peer.close()
  })

  test('resets', async () => {
    const peer = await connect(serve())
    await untilServer(() => accepted.length === 1)
    peer.reset()
    expect(await untilServer(() => ends.includes('rst'))).toBe(true)
    expect(peer.endedBy).toBe('harness')
  })

  test('keeps the evidence: what went where, and when', async () => {
    const peer = await connect(serve((socket, chunk) => void socket.write(chunk)))
    await peer.send(new Uint8Array(3), soon())
    await peer.readUntil(() => peer.receivedBytes === 3, soon())
    peer.close()
    expect(peer.events.map(({ direction, bytes }) => [direction, bytes])).toEqual([
      ['sent', 3],
      ['received', 3],
      ['finished', 0],
    ])
    expect(peer.events[1]!.atMs).toBeGreaterThanOrEqual(peer.events[0]!.atMs)
  })

  test('gives up at the deadline, however much comes', async () => {
    const flood = Buffer.alloc(100_000)
    const address = serve((socket) => {
      const more = () => {
        if (socket.readyState > 0) socket.write(flood)
        if (socket.readyState > 0) setImmediate(more)
      }
      more()
    })
    const peer = await connect(address)
    await peer.send(Uint8Array.of(1), soon())
    const done = await peer.readUntil(() => false, nowMs() + 20)
    expect(done).toBe(false)
    peer.close()
  })
})

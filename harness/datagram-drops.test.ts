/** A subject that does not read: where its datagrams are, and which end lost them. */
import { describe, expect, test } from 'bun:test'
import type { Address } from '../posix/address.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { canLookUp } from '../posix/sock-diag.ts'
import { nowMs } from './clock.ts'
import { watchDrops } from './datagram-drops.ts'
import { Peer } from './peer.ts'
import { until } from './reactor.ts'
import { drained } from './schedule.ts'
import { subjectQueueOf } from './subject-queue.ts'

const DATAGRAM = new Uint8Array(8 * 1024)
const soon = (): number => nowMs() + 10_000

/** Bound, and read by nobody. */
function deaf(host: string): { socket: NonBlockingSocket; address: Address } {
  const wanted = { transport: 'udp', host, port: 0 } as const
  const socket = NonBlockingSocket.open(wanted)
  socket.bind(wanted)
  return { socket, address: socket.localAddress() }
}

describe.if(canLookUp())('datagrams to a subject that does not read', () => {
  test.each(['127.0.0.1', '::1'])(
    'on %s they are seen in its queue, then dropped',
    async (host) => {
      const { socket, address } = deaf(host)
      const peer = await Peer.connect(address, { deadlineMs: soon() })
      const watch = watchDrops(peer)!
      expect(watch.soFar()).toMatchObject({ atSubject: 0, atPeer: 0 })
      expect(watch.queuedBytes()).toBe(0)
      await peer.sendDatagram(DATAGRAM, soon())
      expect(await until(() => watch.queuedBytes()! > 0, soon())).toBe(true)
      while (watch.soFar().atSubject < 3) await peer.sendDatagram(DATAGRAM, soon())
      const { atPeer, anywhere } = watch.soFar()
      expect(atPeer).toBe(0)
      expect(anywhere).toBeGreaterThanOrEqual(3)
      socket.close()
      expect(watch.queuedBytes()).toBeNull()
      peer.close()
    },
  )

  test('a schedule waits until they have been read', async () => {
    const { socket, address } = deaf('127.0.0.1')
    const peer = await Peer.connect(address, { deadlineMs: soon() })
    const queue = subjectQueueOf(peer)!
    const wire = { peer, queue, process: null, hasStoppedReading: () => false }
    await peer.sendDatagram(DATAGRAM, soon())
    expect(await until(() => queue()!.receiveQueueBytes > 0, soon())).toBe(true)
    let isDrained = false
    const waiting = drained(wire, soon()).then((schedule) => {
      isDrained = true
      return schedule
    })
    expect(await until(() => isDrained, nowMs() + 30)).toBe(false)
    expect(socket.recv(new Uint8Array(65_535))).toBe(DATAGRAM.length)
    expect(await waiting).toBe('proven')
    peer.close()
    socket.close()
  })

  test('what comes to a closed port is told, and the socket lives on', async () => {
    const { socket, address } = deaf('127.0.0.1')
    const peer = await Peer.connect(address, { deadlineMs: soon() })
    socket.close()
    await peer.sendDatagram(DATAGRAM, soon())
    const isTold = () => peer.read() === 0 && peer.refused > 0
    expect(await until(isTold, soon())).toBe(true)
    expect(peer.open).toBe(true)
    const again = NonBlockingSocket.open(address)
    again.bind(address)
    expect(await peer.sendDatagram(DATAGRAM, soon())).toBe(true)
    const target = new Uint8Array(65_535)
    expect(await until(() => again.recv(target) === DATAGRAM.length, soon())).toBe(true)
    again.close()
    peer.close()
  })

  test('what no datagram holds is refused by name, and the next one goes out', async () => {
    const { socket, address } = deaf('127.0.0.1')
    const peer = await Peer.connect(address, { deadlineMs: soon() })
    expect(peer.trySendDatagram(new Uint8Array(65_508))).toBe('EMSGSIZE')
    expect(peer.sentBytes).toBe(0)
    expect(peer.trySendDatagram(new Uint8Array(0))).toBeNull()
    peer.close()
    socket.close()
  })
})

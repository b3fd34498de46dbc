/** A receiver that does not read: the kernel's counts against what was sent and what came. */

import { describe, expect, test } from 'bun:test'
import type { Address } from './address.ts'
import { NonBlockingSocket } from './non-blocking-socket.ts'
import { canLookUp } from './sock-diag.ts'
import { connected, inodeOf, until } from './testing.ts'
import { lookUpUdp, udpCounters } from './udp-drops.ts'

type Udp = Extract<Address, { transport: 'udp' }>

const DATAGRAM = new Uint8Array(8 * 1024)

/** A socket that is bound and reads only when told to. */
function bound(host: string): { socket: NonBlockingSocket; address: Udp } {
  const wanted = { transport: 'udp', host, port: 0 } as const
  const socket = NonBlockingSocket.open(wanted)
  socket.bind(wanted)
  return { socket, address: socket.localAddress() as Udp }
}

function readAll(socket: NonBlockingSocket): number {
  const target = new Uint8Array(64 * 1024)
  let count = 0
  while (socket.recv(target) !== null) count++
  return count
}

describe.if(canLookUp())('what the kernel drops', () => {
  test.each(['127.0.0.1', '::1'])('on %s every datagram is read or counted', async (host) => {
    const { socket, address } = bound(host)
    const sender = await connected(address)
    const state = () => lookUpUdp(address)!
    expect(state()).toMatchObject({ droppedDatagrams: 0, receiveQueueBytes: 0 })
    expect(state().inode).toBe(inodeOf(socket))
    expect(state().receiveBufferBytes).toBeGreaterThan(0)
    const before = udpCounters()!
    const SENT = 200
    for (let i = 0; i < SENT; i++) expect(sender.sendDatagram(DATAGRAM)).toBe(true)
    await until('some are dropped', () => state().droppedDatagrams > 0)
    expect(state().receiveQueueBytes).toBeGreaterThan(DATAGRAM.length)
    let read = 0
    const isAccountedFor = () => {
      read += readAll(socket)
      return read + state().droppedDatagrams === SENT
    }
    await until('every one is read or dropped', isAccountedFor)
    const { droppedDatagrams } = state()
    expect(state().receiveQueueBytes).toBe(0)
    // Everybody's datagrams are in these: ours at least.
    const after = udpCounters()!
    expect(after.receiveBufferFull - before.receiveBufferFull).toBeGreaterThanOrEqual(
      droppedDatagrams,
    )
    expect(after.sent - before.sent).toBeGreaterThanOrEqual(SENT)
    sender.close()
    socket.close()
    expect(lookUpUdp(address)).toBeNull()
  })

  test('a socket on the wildcard address is found by any address that reaches it', () => {
    const { socket, address } = bound('0.0.0.0')
    const found = lookUpUdp({ host: '127.0.0.1', port: address.port })
    expect(found?.inode).toBe(inodeOf(socket))
    socket.close()
  })

  test('a connected socket is found by its peer, and by nobody else', async () => {
    const { socket, address } = bound('127.0.0.1')
    const client = await connected(address)
    const own = client.localAddress() as Udp
    expect(lookUpUdp(own, address)?.inode).toBe(inodeOf(client))
    expect(lookUpUdp(own, { host: '127.0.0.1', port: 9 })).toBeNull()
    client.close()
    socket.close()
  })
})

test.if(canLookUp())('a datagram for a port that nobody has open is counted', async () => {
  const { socket, address } = bound('127.0.0.1')
  const client = await connected(address)
  socket.close()
  const before = udpCounters()!.noPort
  client.sendDatagram(DATAGRAM)
  await until('it is counted', () => udpCounters()!.noPort > before)
  client.close()
})

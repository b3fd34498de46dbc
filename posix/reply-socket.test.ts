/** Replies to clients that asked another address of this machine than the usual one. */
import { describe, expect, test } from 'bun:test'
import type { Address } from './address.ts'
import { POLLIN } from './constants.ts'
import { canReplyFromWildcard, type Received, ReplySocket } from './reply-socket.ts'
import { bytesOf, connected, ready, textOf, until } from './testing.ts'

type Udp = Extract<Address, { transport: 'udp' }>
const target = new Uint8Array(65_535)

async function next(socket: ReplySocket): Promise<Received> {
  let received: Received | null = null
  await until('a datagram comes', () => {
    received ??= socket.receive()
    return received !== null
  })
  return received!
}

describe.if(canReplyFromWildcard)('a socket on a wildcard address', () => {
  test.each([
    ['0.0.0.0', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.2'],
    ['0.0.0.0', '127.9.8.7'],
    ['::', '::1'],
  ])('on %s: a client of %s sees the reply', async (host, asked) => {
    const socket = new ReplySocket({ transport: 'udp', host, port: 0 })
    const { port } = socket.address as Udp
    expect(socket.receive()).toBeNull()
    const client = await connected({ transport: 'udp', host: asked, port })
    for (const text of ['hello', '', 'x'.repeat(65_507)]) {
      client.sendDatagram(bytesOf(text))
      const { bytes, origin } = await next(socket)
      expect(textOf(bytes)).toBe(text)
      expect(socket.reply(bytes.slice(), origin)).toBe(true)
      await ready(client, POLLIN)
      expect(client.recv(target)).toBe(text.length)
    }
    client.close()
    socket.close()
  })

  test('an address that is taken is EADDRINUSE, and leaves nothing open', () => {
    const first = new ReplySocket({ transport: 'udp', host: '0.0.0.0', port: 0 })
    const again = () => new ReplySocket(first.address as Udp)
    expect(again).toThrow('EADDRINUSE')
    first.close()
  })

  test('a reply that is too long is EMSGSIZE', async () => {
    const socket = new ReplySocket({ transport: 'udp', host: '0.0.0.0', port: 0 })
    const client = await connected({ ...(socket.address as Udp), host: '127.0.0.1' })
    client.sendDatagram(bytesOf('x'))
    const { origin } = await next(socket)
    expect(() => socket.reply(new Uint8Array(65_508), origin)).toThrow('EMSGSIZE')
    client.close()
    socket.close()
  })
})

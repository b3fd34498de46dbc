/** The lessons over datagrams, as a person sees them: server and client are programs. */
import { describe, expect, test } from 'bun:test'
import { canLookUp } from '../../posix/sock-diag.ts'
import { bytesOf, until } from '../../posix/testing.ts'
import { lookUpUdp, udpCounters } from '../../posix/udp-drops.ts'
import { Client, Served } from '../testing.ts'
import { Session } from './testing.ts'

const portOf = (address: string): number => Number(address.split(':').at(-1))

describe('udp-greeting', () => {
  test('the server first: hi', async () => {
    await using server = await Session.server('tutorial/udp-greeting')
    await using client = Session.client('udp-greeting', server.address)
    expect(await client.exitCode()).toBe(0)
    expect(client.output).toBe('hi\n')
    await server.reads(/^hello from 127\.0\.0\.1 \d+$/m)
    server.kill('SIGTERM')
    expect(await server.exitCode()).toBe(0)
  })

  test.if(canLookUp())('the client first: hi, once there is a server', async () => {
    const before = await Session.server('tutorial/udp-greeting')
    const { address } = before
    await before[Symbol.asyncDispose]()
    const { noPort } = udpCounters()!
    await using client = Session.client('udp-greeting', address)
    await until('it has sent to nobody', () => udpCounters()!.noPort > noPort)
    expect(client.output).toBe('')
    await using _server = await Session.server('tutorial/udp-greeting', address)
    expect(await client.exitCode()).toBe(0)
    expect(client.output).toBe('hi\n')
  })

  test('over IPv6', async () => {
    await using server = await Session.server('tutorial/udp-greeting', 'udp://[::1]:0')
    await using client = Session.client('udp-greeting', server.address)
    expect(await client.exitCode()).toBe(0)
    expect(client.output).toBe('hi\n')
  })
})

describe('udp-chat', () => {
  test('names from the book; empty lines are asked for again; q leaves', async () => {
    await using ann = await Session.server('tutorial/udp-chat')
    await using bob = await Session.server('tutorial/udp-chat')
    await using client = Session.client('udp-chat', `ann=${ann.address}`, `bob=${bob.address}`)
    await client.reads('ann, bob: ')
    client.types('eve')
    await client.reads('There is no eve in the book.')
    client.types('ann')
    client.types('')
    client.types('are you there?')
    await ann.reads(/^\[127\.0\.0\.1 \d+\] are you there\?$/m)
    ann.types('')
    ann.types('here I am')
    await client.reads('ann: here I am')
    client.types('q')
    client.types('bob')
    client.types('and you, ü?')
    await bob.reads('] and you, ü?')
    bob.types('me too')
    await client.reads('bob: me too')
    client.types('q')
    client.types('q')
    expect(await client.exitCode()).toBe(0)
    // What is empty was sent by neither side.
    expect(ann.output.match(/\[127/g)).toHaveLength(1)
    expect(client.output.match(/ann: here|bob: me/g)).toHaveLength(2)
  })

  test('of several peers each gets its own reply, in whatever order they are waiting', async () => {
    await using server = await Session.server('tutorial/udp-chat')
    await using one = Session.client('udp-chat', `me=${server.address}`)
    await using two = Session.client('udp-chat', `me=${server.address}`)
    await using three = Session.client('udp-chat', `me=${server.address}`)
    const peers = Object.entries({ one, two, three })
    for (const [name, client] of peers) {
      client.types('me')
      client.types(`I am ${name}`)
    }
    for (const [index] of peers.entries()) {
      const turns = () => [...server.output.matchAll(/I am (\w+)\n.*? (\d+): /g)]
      await until('the next one is shown', () => turns().length > index)
      server.types(`hello ${turns()[index]![1]}`)
    }
    for (const [name, client] of peers) {
      await client.reads(`me: hello ${name}`)
      client.types('q')
      client.types('q')
      expect(await client.exitCode()).toBe(0)
      expect(client.output.match(/hello/g)).toHaveLength(1)
    }
  })

  test('a server that waits for somebody to type ends when it is told to', async () => {
    await using server = await Session.server('tutorial/udp-chat')
    await using client = Session.client('udp-chat', `me=${server.address}`)
    client.types('me')
    client.types('hello')
    await server.reads(/to 127\.0\.0\.1 \d+: $/)
    server.kill('SIGTERM')
    expect(await server.exitCode()).toBe(0)
  })

  test('what strangers send does not move the cursor', async () => {
    await using server = await Session.server('tutorial/udp-chat')
    const address = { transport: 'udp', host: '127.0.0.1', port: portOf(server.address) } as const
    using stranger = await Client.connect(address)
    stranger.socket.sendDatagram(bytesOf('\x1b[2J\r\nall gone\x9b\x07'))
    await server.reads('] ·[2J··all gone··')
  })
})

describe('udp-time', () => {
  test('formats, typed one after the other', async () => {
    await using server = await Session.server('tutorial/udp-time')
    await using client = Session.client('udp-time', server.address)
    const year = new Date().getFullYear()
    for (const [typed, shown] of [
      ['', /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/],
      ['今は%Y年 ü', new RegExp(`今は${year}年 ü\n`)],
      ['%Q %! 100%%', /%Q %! 100%\n/],
    ] as const) {
      client.types(typed)
      await client.reads(shown)
    }
    client.types('q')
    expect(await client.exitCode()).toBe(0)
  })

  test('a format over 1,024 bytes is cut, and the service of udp-echo has all of it', async () => {
    const format = `${'x'.repeat(1_100)}%%`
    const lengths: number[] = []
    for (const [name, service] of [
      ['tutorial/udp-time', undefined],
      ['udp-echo', 'time'],
    ] as const) {
      await using served = await Served.start({ name, service })
      using client = await Client.connect(served.address)
      client.socket.sendDatagram(bytesOf(format))
      await client.readUntil('the reply', () => client.receivedBytes > 0)
      lengths.push(client.receivedBytes)
    }
    expect(lengths).toEqual([1_024, 1_101])
  })
})

test.if(canLookUp())('a lesson that is stopped gives its port back', async () => {
  await using server = await Session.server('tutorial/udp-time')
  const address = { host: '127.0.0.1', port: portOf(server.address) }
  expect(lookUpUdp(address)).not.toBeNull()
  server.kill('SIGINT')
  expect(await server.exitCode()).toBe(0)
  expect(lookUpUdp(address)).toBeNull()
})

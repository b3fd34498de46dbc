/** Servers as processes: how they start, what they refuse, how they end. */
import { describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatAddress } from '../posix/address.ts'
import { bytesOf, textOf, until } from '../posix/testing.ts'
import { IMPLEMENTATIONS } from './registry.ts'
import { Client, framed, runServe, Served, unframed } from './testing.ts'

const hello = framed('i32le', [bytesOf('hello')])

async function echoesHello(served: Served): Promise<void> {
  using client = await Client.connect(served.address)
  await client.send(hello)
  expect(await client.readBytes(hello.length)).toEqual(Buffer.from(hello))
}

describe('starting', () => {
  test('the ready line is the first, with the real port', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    expect(served.readyLine).toMatch(/^ready tcp:\/\/127\.0\.0\.1:[1-9]\d*$/)
    await echoesHello(served)
  })

  test('on IPv6', async () => {
    await using served = await Served.start({ name: 'length-prefixed', listen: 'tcp://[::1]:0' })
    expect(served.readyLine).toMatch(/^ready tcp:\/\/\[::1\]:[1-9]\d*$/)
    await echoesHello(served)
  })

  test('udp-echo takes UDP without being told', async () => {
    await using served = await Served.start({ name: 'udp-echo' })
    expect(served.readyLine).toMatch(/^ready udp:\/\/127\.0\.0\.1:[1-9]\d*$/)
  })

  test('a port that somebody has is exit 4, and says what to do', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    const listen = formatAddress(served.address)
    expect(await runServe({ name: 'varint', listen })).toEqual({
      code: 4,
      stdout: '',
      stderr: `framegate: ${listen} is in use already. Stop whoever listens there, or use port 0 for any free port.\n`,
    })
    await echoesHello(served)
  })

  test('a UDP port that somebody has is exit 4 too', async () => {
    await using served = await Served.start({ name: 'udp-echo' })
    const listen = formatAddress(served.address)
    const { code, stderr } = await runServe({ name: 'udp-echo', listen })
    expect(stderr).toStartWith(`framegate: ${listen} is in use already.`)
    expect(code).toBe(4)
  })

  test('an address that is not of this machine is exit 4', async () => {
    const listen = 'tcp://192.0.2.1:0'
    const { code, stdout, stderr } = await runServe({ name: 'length-prefixed', listen })
    expect(stderr).toStartWith(`framegate: Cannot listen on ${listen}: `)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  })

  const ids = IMPLEMENTATIONS.map(({ id }) => id).join(', ')
  const name = 'length-prefixed'
  test.each([
    [{ name: 'nothing' }, `There is no implementation "nothing". There are: ${ids}.`],
    [{}, `There is no implementation "undefined".`],
    [{ name, service: 'ech' }, 'There is no service "ech". There are: echo, upper, receipt,'],
    [{ name, framing: 'u32bee' }, `no framing 'u32bee'; did you mean u32be?`],
    [{ name, framing: 'u32be?maxx=1' }, "u32be has no option 'maxx'"],
    [{ name, listen: 'nowhere' }, '"nowhere" is no address. Write tcp://'],
    [{ name, listen: 'udp://127.0.0.1:0' }, 'This server takes streams'],
    [{ name: 'udp-echo', listen: 'tcp://127.0.0.1:0' }, 'This server takes datagrams'],
  ])('%j is exit 2, and says what is wrong', async (args, message) => {
    const { code, stdout, stderr } = await runServe(args)
    expect(stderr).toStartWith(`framegate: ${message}`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('ending', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s without clients: exit 0', async (signal) => {
    await using served = await Served.start({ name: 'length-prefixed' })
    served.kill(signal)
    expect(await served.exitCode()).toBe(0)
  })

  test('an idle client gets the end of the stream, new ones are refused', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using client = await Client.connect(served.address)
    await client.send(hello)
    await client.readBytes(hello.length)
    served.kill('SIGTERM')
    expect((await client.readToEnd()).length).toBe(hello.length)
    client.socket.close()
    expect(await served.exitCode()).toBe(0)
    const refused = await Client.connect(served.address).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('replies in flight arrive in full before exit 0', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using client = await Client.connect(served.address)
    // More than socket buffers hold: a part of the reply waits inside the server.
    const message = new Uint8Array(15 * 1024 * 1024).map((_, i) => i * 31)
    const frame = framed('i32le', [message])
    expect(client.push(frame)).toBe(frame.length)
    await until('the reply has begun', () => client.isReadable)
    served.kill('SIGTERM')
    const reply = await client.readToEnd()
    expect(Bun.hash(reply)).toBe(Bun.hash(frame))
    client.socket.close()
    expect(await served.exitCode()).toBe(0)
  })

  test('requests that had arrived before the signal are answered', async () => {
    await using served = await Served.start({ name: 'length-prefixed', service: 'upper' })
    const clients = await Promise.all([1, 2, 3].map(() => Client.connect(served.address)))
    for (const client of clients) {
      await client.send(hello)
      await client.readBytes(hello.length)
    }
    served.kill('SIGSTOP')
    for (const client of clients) await client.send(hello)
    await until('they have arrived', () => clients.every((c) => c.socket.unsentBytes() === 0))
    served.kill('SIGTERM')
    served.kill('SIGCONT')
    for (const client of clients) {
      const replies = unframed('i32le', await client.readToEnd()).map(textOf)
      expect(replies).toEqual(['HELLO', 'HELLO'])
      client.socket.close()
    }
    expect(await served.exitCode()).toBe(0)
  })

  test('a client that never reads cannot hold the server for ever', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using client = await Client.connect(served.address)
    client.push(framed('i32le', [new Uint8Array(15 * 1024 * 1024)]))
    await until('the reply has begun', () => client.isReadable)
    const begin = performance.now()
    served.kill('SIGTERM')
    expect(await served.exitCode()).toBe(0)
    expect(performance.now() - begin).toBeLessThan(8_000)
  }, 15_000)
})

test('clients beyond the descriptors wait, and are served when others have left', async () => {
  await using served = await Served.start({ name: 'length-prefixed' }, 48)
  const clients = await Promise.all(
    Array.from({ length: 60 }, () => Client.connect(served.address)),
  )
  for (const client of clients) await client.send(hello)
  const waiting = new Set(clients)
  await until('everybody is answered', () => {
    for (const client of waiting) {
      if (!client.isReadable) continue
      expect(client.socket.recv(new Uint8Array(64))).toBe(hello.length)
      waiting.delete(client)
      client.socket.close()
    }
    return waiting.size === 0
  })
  await echoesHello(served)
  served.kill('SIGKILL')
  expect((await served.stderr()).match(/new clients wait.*EMFILE/g)).toHaveLength(1)
})

describe('a Unix path', () => {
  const inFolder = (name: string, act: (path: string, listen: string) => Promise<void>) =>
    test(name, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'framegate-'))
      const path = join(folder, 'a.sock')
      try {
        await act(path, `unix:${path}`)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

  inFolder('is served, and removed at the end', async (path, listen) => {
    await using served = await Served.start({ name: 'length-prefixed', listen })
    expect(served.readyLine).toBe(`ready ${listen}`)
    expect(statSync(path).isSocket()).toBe(true)
    await echoesHello(served)
    served.kill('SIGTERM')
    expect(await served.exitCode()).toBe(0)
    expect(existsSync(path)).toBe(false)
  })

  inFolder('that a killed server left behind is taken over', async (path, listen) => {
    await using killed = await Served.start({ name: 'length-prefixed', listen })
    killed.kill('SIGKILL')
    await killed.exitCode()
    expect(statSync(path).isSocket()).toBe(true)
    await using served = await Served.start({ name: 'length-prefixed', listen })
    await echoesHello(served)
  })

  inFolder('that somebody serves is refused and left alone', async (_, listen) => {
    await using served = await Served.start({ name: 'length-prefixed', listen })
    const { code, stderr } = await runServe({ name: 'length-prefixed', listen })
    expect(stderr).toStartWith(`framegate: ${listen} is in use already.`)
    expect(code).toBe(4)
    await echoesHello(served)
  })

  inFolder('that is another kind of file is refused and kept', async (path, listen) => {
    writeFileSync(path, 'precious')
    const { code, stderr } = await runServe({ name: 'length-prefixed', listen })
    expect(stderr).toBe(
      `framegate: "${path}" exists and is not a socket: choose another path or remove it.\n`,
    )
    expect(code).not.toBe(0)
    expect(readFileSync(path, 'utf8')).toBe('precious')
  })
})

/** What servers do with bytes: every framing, every service, short writes, refusals, datagrams. */
import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { Address } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import type { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { lookUpTcp } from '../posix/sock-diag.ts'
import { bytesOf, textOf, until } from '../posix/testing.ts'
import { parseFraming } from '../wire/registry.ts'
import { IMPLEMENTATIONS } from './registry.ts'
import { handlerOf } from './service.ts'
import { Client, framed, Served, unframed } from './testing.ts'

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * KIBIBYTE

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const noise = (length: number): Uint8Array => new Uint8Array(length).map((_, i) => i * i + 7 * i)

/** So that the server's writes come up short, whatever the system's defaults are. */
const smallBuffer = (socket: NonBlockingSocket) =>
  socket.setOption(C.SOL_SOCKET, C.SO_RCVBUF, 4 * KIBIBYTE)

function queuedBytesAt(server: Address, client: Client): number {
  const ours = client.socket.localAddress()
  if (server.transport !== 'tcp' || ours.transport !== 'tcp') throw new Error('Not over TCP.')
  const socket = lookUpTcp(server, ours)
  if (!socket) throw new Error('The server has no such connection.')
  return socket.receiveQueueBytes + socket.sendQueueBytes
}

/** Sends, closes our direction, and returns all that comes back until theirs is closed. */
async function exchange(served: Served, bytes: Uint8Array): Promise<Uint8Array> {
  using client = await Client.connect(served.address)
  await client.send(bytes)
  client.socket.shutdownWrite()
  return await client.readToEnd()
}

const echoing = IMPLEMENTATIONS.filter(({ service }) => service === undefined)
const streaming = echoing.flatMap(({ id, framings }) =>
  framings.filter((framing) => framing !== 'datagram').map((framing) => [id, framing] as const),
)

describe('every implementation', () => {
  test.each(streaming)('%s echoes in %s', async (name, framing) => {
    await using served = await Served.start({ name, framing, service: 'echo' })
    if (framing === 'raw') {
      expect(textOf(await exchange(served, bytesOf('hello')))).toBe('hello')
      return
    }
    const length = framing.startsWith('fixed') ? parseFraming(framing).messageBytesMax : 5
    const messages = ['hello', 'WORLD', '[{,}]'].map((text) => bytesOf(text.padEnd(length, '.')))
    const bytes = framed(framing, messages)
    const reply = await exchange(served, bytes)
    expect(unframed(framing, reply).map(textOf)).toEqual(messages.map(textOf))
  })

  test('has one id, a summary, and a ledger where it is wrong by design', () => {
    expect(new Set(IMPLEMENTATIONS.map(({ id }) => id)).size).toBe(IMPLEMENTATIONS.length)
    for (const { id, summary, ledger, discipline } of IMPLEMENTATIONS) {
      expect(summary).not.toBe('')
      const isWrong = discipline === 'send' || id.startsWith('naive')
      if (!id.startsWith('tutorial/')) expect(ledger !== null).toBe(isWrong)
      expect(summary.includes('Wrong')).toBe(ledger !== null)
    }
  })
})

describe('services', () => {
  const messages = [bytesOf('Hello, wörld {z}'), new Uint8Array(0), noise(300)]
  const run = async (service: 'echo' | 'upper' | 'receipt') => {
    await using served = await Served.start({ name: 'length-prefixed', service, framing: 'u32be' })
    return unframed('u32be', await exchange(served, framed('u32be', messages)))
  }

  test('echo answers what came', async () => {
    expect((await run('echo')).map(md5)).toEqual(messages.map(md5))
  })

  test('upper changes the 26 letters and no other byte', async () => {
    const [text, empty, bytes] = await run('upper')
    expect(textOf(text!)).toBe('HELLO, WöRLD {Z}')
    expect(empty!.length).toBe(0)
    const isLower = (byte: number) => byte >= 0x61 && byte <= 0x7a
    expect([...bytes!]).toEqual([...messages[2]!].map((b) => (isLower(b) ? b - 0x20 : b)))
  })

  test('receipt says which message, how long, and its md5', async () => {
    const lines = (await run('receipt')).map(textOf)
    expect(lines).toEqual(messages.map((m, i) => `${i + 1} ${m.length} ${md5(m)}\n`))
    const one = textOf(handlerOf('receipt')(bytesOf('hello'), 3)!)
    expect(one).toBe('3 5 5d41402abc4b2a76b9719d911017c592\n')
  })

  test('messages are counted for each connection', async () => {
    await using served = await Served.start({ name: 'line', service: 'upper' })
    expect(textOf(await exchange(served, bytesOf('a\nb\n')))).toBe('A\nB\n')
    await using receipts = await Served.start({ name: 'varint', service: 'receipt' })
    for (const _ of [1, 2]) {
      const reply = unframed('varint', await exchange(receipts, framed('varint', [bytesOf('x')])))
      expect(reply.map(textOf)[0]).toStartWith('1 1 ')
    }
  })
})

describe('writes', () => {
  const messages = [bytesOf('a'), new Uint8Array(0), noise(70_000), noise(2 * MEBIBYTE)]
  test.each([
    ['length-prefixed', 'u32be'],
    ['json-header', 'json-header'],
    ['netstring', 'netstring'],
    ['cobs', 'cobs'],
  ])('%s in separate writes sends the same bytes as in joined ones', async (name, framing) => {
    const bytes = framed(framing, messages)
    for (const writes of ['joined', 'separate'] as const) {
      await using served = await Served.start({ name, framing, writes })
      expect(md5(await exchange(served, bytes))).toBe(md5(bytes))
    }
  })

  test('half-closed is not closed: a large reply still comes in full', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using client = await Client.connect(served.address, smallBuffer)
    const bytes = framed('i32le', [noise(8 * MEBIBYTE), bytesOf('last')])
    expect(client.push(bytes)).toBe(bytes.length)
    client.socket.shutdownWrite()
    await until('the reply has begun', () => client.isReadable)
    expect(md5(await client.readToEnd())).toBe(md5(bytes))
  })

  test('half-closed within a frame: what was whole is answered, the rest is not', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    const whole = framed('i32le', [bytesOf('whole')])
    const torn = framed('i32le', [bytesOf('torn')]).subarray(0, 6)
    expect(await exchange(served, Buffer.concat([whole, torn]))).toEqual(Buffer.from(whole))
  })

  test.each([
    ['length-prefixed', 'length-prefixed-send', 'i32le'],
    ['json-header', 'json-header-send', 'json-header'],
  ])('%s loses nothing where %s does', async (right, torn, framing) => {
    const bytes = framed(framing, [noise(12 * MEBIBYTE)])
    const received: Record<string, number> = {}
    for (const name of [right, torn]) {
      await using served = await Served.start({ name, framing })
      using client = await Client.connect(served.address, smallBuffer)
      expect(client.push(bytes)).toBe(bytes.length)
      await until('the reply has begun', () => client.isReadable)
      client.socket.shutdownWrite()
      received[name] = (await client.readToEnd()).length
    }
    expect(received[right]).toBe(bytes.length)
    expect(received[torn]).toBeGreaterThan(0)
    expect(received[torn]!).toBeLessThan(bytes.length)
  })

  test('what is lost is lost from inside: the next reply follows the torn one', async () => {
    await using served = await Served.start({ name: 'length-prefixed-send' })
    using client = await Client.connect(served.address, smallBuffer)
    client.push(framed('i32le', [noise(12 * MEBIBYTE)]))
    await until('the reply has begun', () => client.isReadable)
    // Only where the server's send queue is empty does the next reply go out whole.
    await client.readUntil(
      'nothing more of it is on the way',
      () => queuedBytesAt(served.address, client) === 0 && !client.isReadable,
    )
    const next = framed('i32le', [bytesOf('next')])
    await client.send(next)
    client.socket.shutdownWrite()
    const received = await client.readToEnd()
    expect(received.length).toBeLessThan(12 * MEBIBYTE)
    expect(received.subarray(-next.length)).toEqual(Buffer.from(next))
  })
})

describe('naive-recv', () => {
  test('hands on what a read gave, in pieces of at most 1,024 bytes', async () => {
    await using served = await Served.start({ name: 'naive-recv', service: 'receipt' })
    using client = await Client.connect(served.address)
    const bytes = noise(10_000)
    served.kill('SIGSTOP')
    await client.send(bytes)
    await until('all has arrived', () => client.socket.unsentBytes() === 0)
    served.kill('SIGCONT')
    client.socket.shutdownWrite()
    const lines = textOf(await client.readToEnd())
      .trim()
      .split('\n')
    let at = 0
    for (const [index, line] of lines.entries()) {
      const [ordinal, length, digest] = line.split(' ')
      expect(Number(length)).toBeLessThanOrEqual(1024)
      expect(Number(length)).toBeGreaterThan(0)
      expect(Number(ordinal)).toBe(index + 1)
      expect(digest).toBe(md5(bytes.subarray(at, at + Number(length))))
      at += Number(length)
    }
    expect(at).toBe(bytes.length)
    expect(lines.length).toBeGreaterThanOrEqual(10)
  })

  test('two messages that arrive together come out as one', async () => {
    await using served = await Served.start({ name: 'naive-recv', service: 'receipt' })
    using client = await Client.connect(served.address)
    served.kill('SIGSTOP')
    await client.send(bytesOf('one'))
    await client.send(bytesOf('two'))
    await until('both have arrived', () => client.socket.unsentBytes() === 0)
    served.kill('SIGCONT')
    client.socket.shutdownWrite()
    const merged = bytesOf('onetwo')
    expect(textOf(await client.readToEnd())).toBe(`1 6 ${md5(merged)}\n`)
  })
})

describe('back-pressure', () => {
  test.each([1, 64 * KIBIBYTE])(
    'a client that never reads replies of %d bytes stalls, and costs a bounded amount',
    async (length) => {
      await using served = await Served.start({ name: 'length-prefixed' })
      using other = await Client.connect(served.address)
      const frame = framed('i32le', [noise(length)])
      const count = Math.ceil((4 * MEBIBYTE) / frame.length)
      const flood = Buffer.concat(new Array<Uint8Array>(count).fill(frame))
      const before = served.rssBytesMax()
      using client = await Client.connect(served.address)
      let taken = 0
      let pushed = flood.length
      while (pushed === flood.length && taken < 512 * MEBIBYTE) {
        pushed = client.push(flood)
        taken += pushed
      }
      expect(taken).toBeLessThan(64 * MEBIBYTE)
      expect(served.rssBytesMax() - before).toBeLessThan(128 * MEBIBYTE)
      const hello = framed('i32le', [bytesOf('hello')])
      await other.send(hello)
      expect(await other.readBytes(hello.length)).toEqual(Buffer.from(hello))
      // It goes on where it stopped: every whole request is answered once there is room.
      client.socket.shutdownWrite()
      const whole = Math.floor(taken / frame.length) * frame.length
      expect((await client.readToEnd()).length).toBe(whole)
    },
    30_000,
  )
})

describe('a refused frame', () => {
  const good = framed('i32le', [bytesOf('one'), bytesOf('two')])
  const negative = Uint8Array.of(0xff, 0xff, 0xff, 0xff)
  const behind = framed('i32le', [bytesOf('behind')])

  test('what came before is answered, what is behind is not, others do not notice', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using other = await Client.connect(served.address)
    await other.send(behind.subarray(0, 5))
    using client = await Client.connect(served.address)
    await client.send(Buffer.concat([good, negative, behind]))
    expect(await client.readToEnd()).toEqual(Buffer.from(good))
    await other.send(behind.subarray(5))
    expect(await other.readBytes(behind.length)).toEqual(Buffer.from(behind))
    expect(other.ended).toBe(false)
  })

  test('what is still sent behind it does not cost the replies', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    using client = await Client.connect(served.address)
    await client.send(Buffer.concat([good, negative]))
    await client.send(noise(4 * MEBIBYTE))
    expect(await client.readToEnd()).toEqual(Buffer.from(good))
  })

  test('a message over the limit is refused by its header alone', async () => {
    await using served = await Served.start({ name: 'length-prefixed', messageBytesMax: 10 })
    using client = await Client.connect(served.address)
    const limit = framed('i32le', [noise(10)])
    await client.send(Buffer.concat([limit, framed('i32le', [noise(11)]).subarray(0, 4)]))
    expect(await client.readToEnd()).toEqual(Buffer.from(limit))
  })

  test('a client that resets is its own affair', async () => {
    await using served = await Served.start({ name: 'length-prefixed' })
    const client = await Client.connect(served.address, smallBuffer)
    client.push(framed('i32le', [noise(8 * MEBIBYTE)]))
    client.socket.reset()
    expect(await exchange(served, good)).toEqual(Buffer.from(good))
  })
})

describe('udp-echo', () => {
  const next = async (client: Client, text: string) => {
    const from = client.receivedBytes
    expect(client.socket.sendDatagram(bytesOf(text))).toBe(true)
    await client.readUntil(`the reply to ${text}`, () => client.receivedBytes > from)
    return textOf(client.received().subarray(from))
  }

  test('answers each datagram with one', async () => {
    await using served = await Served.start({ name: 'udp-echo', service: 'upper' })
    using client = await Client.connect(served.address)
    expect(await next(client, 'one')).toBe('ONE')
    expect(await next(client, 'two')).toBe('TWO')
  })

  test('an empty datagram is an empty message', async () => {
    await using served = await Served.start({ name: 'udp-echo' })
    using client = await Client.connect(served.address)
    expect(client.socket.sendDatagram(new Uint8Array(0))).toBe(true)
    await until('an answer comes', () => client.isReadable)
    expect(client.socket.recv(new Uint8Array(16))).toBe(0)
    expect(await next(client, 'x')).toBe('x')
  })

  test('the largest datagram comes back whole, one over the limit not at all', async () => {
    await using served = await Served.start({ name: 'udp-echo' })
    using client = await Client.connect(served.address)
    const bytes = noise(65_507)
    client.socket.sendDatagram(bytes)
    expect(md5(await client.readBytes(bytes.length))).toBe(md5(bytes))
    await using small = await Served.start({ name: 'udp-echo', messageBytesMax: 4 })
    using other = await Client.connect(small.address)
    other.socket.sendDatagram(bytesOf('12345'))
    expect(await next(other, '1234')).toBe('1234')
  })

  test('the time in the format of the message', async () => {
    await using served = await Served.start({ name: 'udp-echo', service: 'time' })
    using client = await Client.connect(served.address)
    expect(await next(client, '年%% %Q')).toBe('年% %Q')
    expect(await next(client, '%Y')).toMatch(/^\d{4}$/)
    const from = client.receivedBytes
    client.socket.sendDatagram(new Uint8Array(0))
    await client.readUntil('the reply to an empty message', () => client.receivedBytes > from)
    const [date, time] = client.text().slice(-19).split(' ')
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(time).toMatch(/^\d\d:\d\d:\d\d$/)
  })

  test('a reply that no datagram holds says so, and the next one comes', async () => {
    await using served = await Served.start({ name: 'udp-echo', service: 'time' })
    using client = await Client.connect(served.address)
    expect(await next(client, '%c'.repeat(30_000))).toContain('a datagram holds 65507')
    expect(await next(client, 'on')).toBe('on')
    await using small = await Served.start({
      name: 'udp-echo',
      service: 'receipt',
      messageBytesMax: 4,
    })
    using other = await Client.connect(small.address)
    expect(await next(other, 'four')).toMatch(/^1 4 [0-9a-f]{32}\n$/)
  })

  test("a client that closed does not cost the next one's reply", async () => {
    await using served = await Served.start({ name: 'udp-echo' })
    for (let i = 0; i < 20; i++) {
      served.kill('SIGSTOP')
      const gone = await Client.connect(served.address)
      gone.socket.sendDatagram(bytesOf('gone'))
      using client = await Client.connect(served.address)
      client.socket.sendDatagram(bytesOf(`still here ${i}`))
      gone.socket.close()
      served.kill('SIGCONT')
      await client.readUntil('the reply', () => client.receivedBytes > 0)
      expect(client.text()).toBe(`still here ${i}`)
    }
  })
})

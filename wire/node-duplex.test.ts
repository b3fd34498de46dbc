import { afterAll, describe, expect, test } from 'bun:test'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex, PassThrough, pipeline } from 'node:stream'
import { FramingError } from './framing.ts'
import { messageDuplex } from './node-duplex.ts'
import {
  bytesOf,
  chunksOf,
  collect,
  concat,
  encodeAll,
  framingOf,
  settled,
  toHex,
} from './testing.ts'

const u8 = framingOf('u8')
const varint = framingOf('varint')

/** A byte stream whose other side is the test: `incoming` is read by it, `written` it wrote. */
interface Wire {
  stream: Duplex
  incoming: PassThrough
  written: Uint8Array[]
  /** Answers the write that waits. With `isHeld` every write waits for it. */
  letGo(): void
  hold(isHeld: boolean): void
  hasEnded(): boolean
}

function wire(): Wire {
  const incoming = new PassThrough({ highWaterMark: 1 })
  const written: Uint8Array[] = []
  let isHeld = false
  let waiting: (() => void) | null = null
  let hasEnded = false
  const stream = new Duplex({
    highWaterMark: 1,
    read() {
      incoming.resume()
    },
    write(chunk: Uint8Array, _encoding, callback) {
      written.push(new Uint8Array(chunk))
      if (isHeld) waiting = callback
      else callback()
    },
    final(callback) {
      hasEnded = true
      callback()
    },
  })
  incoming.on('data', (chunk) => stream.push(chunk) || incoming.pause())
  incoming.on('end', () => stream.push(null))
  incoming.pause()
  return {
    stream,
    incoming,
    written,
    letGo() {
      const callback = waiting
      waiting = null
      callback?.()
    },
    hold: (held) => {
      isHeld = held
    },
    hasEnded: () => hasEnded,
  }
}

test('messages in and out, over a wire that cuts anywhere', async () => {
  const { stream, incoming, written } = wire()
  const framed = messageDuplex(stream, varint)
  const sent = ['', 'hello', 'x'.repeat(1000), 'y'].map(bytesOf)
  const bytes = encodeAll(varint, sent)
  for (const chunk of chunksOf(bytes, [1, 3, 8, 9, 500, 1009])) incoming.write(chunk)
  incoming.end()
  for (const message of sent) framed.write(message)
  framed.end()
  expect(await collect(framed)).toEqual({ messages: toHex(sent), error: null })
  await settled()
  expect(concat(written).toHex()).toBe(bytes.toHex())
})

describe('back-pressure', () => {
  test('while nobody reads messages, the producer of bytes stops', async () => {
    const { stream, incoming } = wire()
    const framed = messageDuplex(stream, u8)
    let chunks = 0
    const produce = (): void => {
      while (chunks < 1000 && incoming.write(bytesOf('\x01a\x01b'))) chunks++
    }
    incoming.on('drain', produce)
    produce()
    await settled()
    const ahead = chunks
    // A chunk in each of the streams on the way, and one with the decoder.
    expect(ahead).toBeLessThanOrEqual(8)
    const iterator = framed[Symbol.asyncIterator]()
    for (let message = 1; message <= 100; message++) {
      expect((await iterator.next()).value).toEqual(bytesOf(message % 2 ? 'a' : 'b'))
      await settled()
      expect(chunks).toBeLessThanOrEqual(ahead + message / 2 + 2)
    }
    framed.destroy()
  })

  test('while the bytes do not go out, the producer of messages stops', async () => {
    const made = wire()
    const framed = messageDuplex(made.stream, u8)
    made.hold(true)
    let accepted = 0
    while (accepted < 1000 && framed.write(bytesOf('a'))) accepted++
    await settled()
    expect(accepted).toBeLessThanOrEqual(framed.writableHighWaterMark)
    expect(made.written.length).toBe(1)
    const drained = once(framed, 'drain')
    made.hold(false)
    made.letGo()
    await drained
    expect(concat(made.written).length).toBe(2 * (accepted + 1))
    framed.destroy()
  })
})

describe('the end', () => {
  test('inside a frame it is an error, behind the messages before it', async () => {
    const { stream, incoming } = wire()
    const framed = messageDuplex(stream, u8)
    incoming.end(bytesOf('\x01a\x05b'))
    const { messages, error } = await collect(framed)
    expect(messages).toEqual(['61'])
    expect(error).toBeInstanceOf(FramingError)
    expect(error).toMatchObject({ reason: 'truncated' })
  })

  test('of one direction leaves the other open', async () => {
    const { stream, incoming, written, hasEnded } = wire()
    const framed = messageDuplex(stream, u8)
    incoming.end(bytesOf('\x01a'))
    for await (const message of framed.iterator({ destroyOnReturn: false })) {
      expect(message).toEqual(bytesOf('a'))
    }
    await settled()
    expect(hasEnded()).toBe(false)
    framed.end(bytesOf('b'))
    await once(framed, 'close')
    expect(concat(written)).toEqual(bytesOf('\x01b'))
    expect(hasEnded()).toBe(true)
    expect(stream.destroyed).toBe(true)
  })

  test('end() here still lets messages come in', async () => {
    const { stream, incoming, hasEnded } = wire()
    const framed = messageDuplex(stream, u8)
    framed.end()
    await once(framed, 'finish')
    expect(hasEnded()).toBe(true)
    incoming.end(bytesOf('\x01a\x01b'))
    expect(await collect(framed)).toEqual({ messages: ['61', '62'], error: null })
  })

  test('a byte stream that is destroyed takes this one with it', async () => {
    const boundary = wire()
    const framed = messageDuplex(boundary.stream, u8)
    boundary.stream.destroy()
    await once(framed, 'close')
    expect(framed.errored).toBe(null)
    const inside = wire()
    const cut = messageDuplex(inside.stream, u8).resume()
    inside.incoming.write(bytesOf('\x05a'))
    await settled()
    inside.stream.destroy()
    const [error] = await once(cut, 'error')
    expect(error).toMatchObject({ reason: 'truncated' })
  })

  test('a byte stream that fails makes this one fail alike', async () => {
    const { stream } = wire()
    const framed = messageDuplex(stream, u8)
    const failure = new Error('cable')
    stream.destroy(failure)
    expect((await once(framed, 'error'))[0]).toBe(failure)
  })
})

describe('what is malformed', () => {
  const framing = framingOf('u8?max=3')

  test('comes behind the messages before it, and nothing after', async () => {
    const { stream, incoming } = wire()
    const framed = messageDuplex(stream, framing)
    incoming.write(bytesOf('\x01a\x01'))
    incoming.write(bytesOf('b\x04cdef\x01g'))
    const { messages, error } = await collect(framed)
    expect(messages).toEqual(['61', '62'])
    expect(error).toMatchObject({ name: 'FramingError', reason: 'length-over-max' })
    await settled()
    expect(stream.destroyed).toBe(true)
  })

  test('more messages before it than one demand is answered with', async () => {
    const { stream, incoming } = wire()
    const sent = Array.from({ length: 500 }, (_, i) => Uint8Array.of(i, i >> 8))
    incoming.write(concat([encodeAll(framing, sent), Uint8Array.of(9)]))
    const got = await collect(messageDuplex(stream, framing))
    expect(got.messages).toEqual(toHex(sent))
    expect(got.error).toMatchObject({ reason: 'length-over-max' })
  })

  test('what was written until then goes out first (ALL-5)', async () => {
    const made = wire()
    const framed = messageDuplex(made.stream, framing)
    made.hold(true)
    made.incoming.write(bytesOf('\x01a\x01b\x09'))
    framed.on('data', (message: Uint8Array) => framed.write(message))
    const failed = once(framed, 'error')
    await settled()
    expect(framed.destroyed).toBe(false)
    made.hold(false)
    made.letGo()
    expect((await failed)[0]).toMatchObject({ reason: 'length-over-max' })
    await settled()
    expect(concat(made.written)).toEqual(bytesOf('\x01a\x01b'))
    expect(made.hasEnded()).toBe(true)
    expect(made.stream.destroyed).toBe(true)
  })
})

describe('writing', () => {
  test('a message that is not carried makes it fail; those before it go out', async () => {
    const { stream, written } = wire()
    const framed = messageDuplex(stream, framingOf('line'))
    for (const text of ['a', 'b', 'c\n', 'd']) framed.write(bytesOf(text))
    expect((await once(framed, 'error'))[0]).toMatchObject({ reason: 'message-not-carried' })
    await settled()
    expect(concat(written)).toEqual(bytesOf('a\nb\n'))
    expect(stream.destroyed).toBe(true)
  })

  test('text is refused, in both directions', async () => {
    const framed = messageDuplex(wire().stream, u8)
    framed.write('text')
    expect((await once(framed, 'error'))[0]).toBeInstanceOf(TypeError)
    const { stream, incoming } = wire()
    stream.setEncoding('latin1')
    const reading = messageDuplex(stream, u8).resume()
    incoming.write(bytesOf('\x01a'))
    expect((await once(reading, 'error'))[0]).toBeInstanceOf(TypeError)
  })
})

describe('abort', () => {
  test('destroys both with the reason', async () => {
    const { stream } = wire()
    const abort = new AbortController()
    const framed = messageDuplex(stream, u8, { signal: abort.signal })
    const collected = collect(framed)
    await settled()
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await collected).toEqual({ messages: [], error: reason })
    expect(stream.destroyed).toBe(true)
  })

  test('with what is no error, and before it began', async () => {
    const { stream } = wire()
    const framed = messageDuplex(stream, u8, { signal: AbortSignal.abort('never mind') })
    const [error] = await once(framed, 'error')
    expect(error).toMatchObject({ message: 'aborted', cause: 'never mind' })
    expect(stream.destroyed).toBe(true)
  })
})

describe('over sockets', () => {
  const framing = framingOf('u32be?max=1MiB')
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const framed = messageDuplex(socket, framing)
    pipeline(framed, framed, () => {})
  })
  const listening = new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  afterAll(() => void server.close())

  async function dial(): Promise<Socket> {
    const socket = connect({ port: await listening, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  }

  test('an echo answers everything, also behind our FIN (ALL-7)', async () => {
    const framed = messageDuplex(await dial(), framing)
    const sent = [0, 1, 64, 70_000, 1_048_576, 5].map((bytes) => new Uint8Array(bytes).fill(bytes))
    for (const message of sent) framed.write(message)
    framed.end()
    const { messages, error } = await collect(framed)
    expect(error).toBe(null)
    expect(messages.map((hex) => hex.length / 2)).toEqual(sent.map((message) => message.length))
    expect(messages).toEqual(toHex(sent))
  })

  test('a message over the limit ends the connection behind the replies', async () => {
    const socket = await dial()
    socket.write(encodeAll(framing, [bytesOf('one'), bytesOf('two')]))
    socket.write(Uint8Array.of(0x7f, 0, 0, 0))
    const { messages } = await collect(messageDuplex(socket, framing))
    expect(messages).toEqual(['one', 'two'].map((text) => bytesOf(text).toHex()))
  })
})

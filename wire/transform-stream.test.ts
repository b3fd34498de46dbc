import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FramingError } from './framing.ts'
import {
  bytesOf,
  chunksOf,
  collect,
  concat,
  cutsOf,
  encodeAll,
  framingOf,
  messagesOf,
  settled,
  toHex,
} from './testing.ts'
import { decoderStream, encoderStream } from './transform-stream.ts'

const u8 = framingOf('u8')

/** A stream that hands out the chunks one at a time, as they are asked for. */
function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = [...chunks]
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = rest.shift()
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

describe('decoderStream', () => {
  test.each(['u8', 'varint', 'line', 'cobs', 'json-header'])(
    '%s, however it is cut',
    async (id) => {
      const framing = framingOf(id)
      const streams = messagesOf(framing, 100).chain((messages) => {
        const stream = encodeAll(framing, messages)
        return fc.tuple(fc.constant(messages), fc.constant(stream), cutsOf(stream.length))
      })
      await fc.assert(
        fc.asyncProperty(streams, async ([messages, stream, cuts]) => {
          const decoded = streamOf(chunksOf(stream, cuts)).pipeThrough(decoderStream(framing))
          expect(await collect(decoded)).toEqual({ messages: toHex(messages), error: null })
        }),
        { numRuns: 30 },
      )
    },
  )

  test('more messages than one demand is answered with', async () => {
    const sent = Array.from({ length: 1000 }, (_, i) => Uint8Array.of(i, i >> 8))
    const decoded = streamOf([encodeAll(u8, sent)]).pipeThrough(decoderStream(u8))
    expect(await collect(decoded)).toEqual({ messages: toHex(sent), error: null })
  })

  test('while nobody reads, one chunk is taken and no other', async () => {
    let chunks = 0
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          chunks++
          controller.enqueue(bytesOf('\x01a\x01b'))
        },
      },
      { highWaterMark: 0 },
    )
    const reader = source.pipeThrough(decoderStream(u8)).getReader()
    await settled()
    expect(chunks).toBeLessThanOrEqual(2)
    for (let read = 1; read <= 50; read++) {
      expect((await reader.read()).value).toEqual(bytesOf(read % 2 ? 'a' : 'b'))
      await settled()
      expect(chunks).toBeLessThanOrEqual(read / 2 + 2)
    }
    await reader.cancel()
  })

  test('a write is done when its messages have been asked for; its memory is free then', async () => {
    const { readable, writable } = decoderStream(u8)
    const writer = writable.getWriter()
    const reader = readable.getReader()
    const chunk = bytesOf('\x01a\x01b\x02c')
    let isWritten = false
    const written = writer.write(chunk).then(() => {
      isWritten = true
    })
    await settled()
    expect(isWritten).toBe(false)
    const first = await reader.read()
    const second = await reader.read()
    const third = reader.read()
    await written
    chunk.fill(0xaa)
    await writer.write(bytesOf('d'))
    expect([first.value, second.value, (await third).value]).toEqual(['a', 'b', 'cd'].map(bytesOf))
    await writer.close()
    expect((await reader.read()).done).toBe(true)
  })

  test('what is malformed fails behind the messages before it, and stops the writer', async () => {
    const framing = framingOf('u8?max=3')
    let cancelled: unknown
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytesOf('\x01a\x01b\x04cdef\x01g')),
      cancel(reason) {
        cancelled = reason
      },
    })
    const { messages, error } = await collect(source.pipeThrough(decoderStream(framing)))
    expect(messages).toEqual(['61', '62'])
    expect(error).toBeInstanceOf(FramingError)
    expect(error).toMatchObject({ reason: 'length-over-max' })
    await settled()
    expect(cancelled).toBe(error)
  })

  test('a stream that ends inside a frame fails, for the writer too', async () => {
    const { readable, writable } = decoderStream(u8)
    const writer = writable.getWriter()
    const collected = collect(readable)
    await writer.write(bytesOf('\x01a\x03b'))
    const truncated = expect.objectContaining({ reason: 'truncated' })
    await expect(writer.close()).rejects.toEqual(truncated)
    expect(await collected).toEqual({ messages: ['61'], error: truncated })
  })

  test('messages that were queued survive the end inside a frame', async () => {
    const sent = Array.from({ length: 10 }, (_, i) => Uint8Array.of(i))
    const stream = concat([encodeAll(u8, sent), Uint8Array.of(9)])
    const { readable, writable } = decoderStream(u8)
    const writer = writable.getWriter()
    const reader = readable.getReader()
    const written = writer.write(stream)
    expect((await reader.read()).value).toEqual(Uint8Array.of(0))
    await written
    await expect(writer.close()).rejects.toMatchObject({ reason: 'truncated' })
    for (let i = 1; i < 10; i++) expect((await reader.read()).value).toEqual(Uint8Array.of(i))
    await expect(reader.read()).rejects.toMatchObject({ reason: 'truncated' })
  })

  test('abort fails the reader with the reason, cancel the writer', async () => {
    const reason = new Error('enough')
    const aborted = decoderStream(u8)
    const waiting = collect(aborted.readable)
    await aborted.writable.abort(reason)
    expect(await waiting).toEqual({ messages: [], error: reason })
    const cancelled = decoderStream(u8)
    const writer = cancelled.writable.getWriter()
    const written = writer.write(bytesOf('\x01a\x01b'))
    await settled()
    await cancelled.readable.cancel(reason)
    await written
    await expect(writer.closed).rejects.toBe(reason)
    await expect(writer.write(bytesOf('c'))).rejects.toBe(reason)
  })

  test('text is refused', async () => {
    const { readable, writable } = decoderStream(u8)
    const collected = collect(readable)
    const text = 'text' as unknown as Uint8Array
    await expect(writable.getWriter().write(text)).rejects.toBeInstanceOf(TypeError)
    expect((await collected).error).toBeInstanceOf(TypeError)
  })
})

describe('encoderStream', () => {
  test('a chunk is a frame, and what it makes is what decoderStream reads', async () => {
    const sent = ['', 'hello', 'x'.repeat(300)].map(bytesOf)
    const frames = streamOf(sent).pipeThrough(encoderStream(framingOf('netstring')))
    const { messages } = await collect(frames)
    expect(messages).toEqual(sent.map((m) => framingOf('netstring').encoder().encode(m).toHex()))
    const both = streamOf(sent)
      .pipeThrough(encoderStream(framingOf('varint')))
      .pipeThrough(decoderStream(framingOf('varint')))
    expect(await collect(both)).toEqual({ messages: toHex(sent), error: null })
  })

  test('a message that is not carried fails behind the frames before it', async () => {
    const frames = streamOf(['a', 'b', 'c\n', 'd'].map(bytesOf)).pipeThrough(
      encoderStream(framingOf('line')),
    )
    const { messages, error } = await collect(frames)
    expect(messages).toEqual(['610a', '620a'])
    expect(error).toMatchObject({ reason: 'message-not-carried' })
  })
})

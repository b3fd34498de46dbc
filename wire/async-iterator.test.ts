import { describe, expect, test } from 'bun:test'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { messages } from './async-iterator.ts'
import { FramingError } from './framing.ts'
import {
  bytesOf,
  chunksOf,
  collect,
  cutsOf,
  encodeAll,
  framingOf,
  messagesOf,
  STREAM_FRAMINGS,
  settled,
  toHex,
} from './testing.ts'

const u8 = framingOf('u8')

/** A source of each kind, that tells how far it was read and how it was let go of. */
interface Probe {
  source: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>
  chunksRead: number
  /** Undefined until it was cancelled. */
  cancelledWith?: { reason: unknown }
}

type Kind = 'ReadableStream' | 'AsyncIterable' | 'Node stream'
const KINDS: readonly Kind[] = ['ReadableStream', 'AsyncIterable', 'Node stream']

/** After the chunks the source ends, fails, or waits for ever. */
function probe(kind: Kind, chunks: readonly Uint8Array[], then: 'end' | Error | 'wait'): Probe {
  if (kind === 'ReadableStream') return probeReadableStream(chunks, then)
  return kind === 'AsyncIterable' ? probeIterable(chunks, then) : probeNodeStream(chunks, then)
}

function probeReadableStream(chunks: readonly Uint8Array[], then: 'end' | Error | 'wait'): Probe {
  const source = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[made.chunksRead++]
        if (chunk) controller.enqueue(chunk)
        else if (then === 'end') controller.close()
        else if (then === 'wait') return new Promise(() => {})
        else controller.error(then)
      },
      cancel(reason) {
        made.cancelledWith = { reason }
      },
    },
    { highWaterMark: 0 },
  )
  const made: Probe = { source, chunksRead: 0 }
  return made
}

function probeIterable(chunks: readonly Uint8Array[], then: 'end' | Error | 'wait'): Probe {
  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const value = chunks[made.chunksRead++]
      if (value) return Promise.resolve({ done: false, value })
      if (then === 'wait') return new Promise(() => {})
      return then === 'end' ? Promise.resolve({ done: true, value }) : Promise.reject(then)
    },
    return() {
      made.cancelledWith = { reason: undefined }
      return Promise.resolve({ done: true, value: undefined })
    },
  }
  const made: Probe = { source: { [Symbol.asyncIterator]: () => iterator }, chunksRead: 0 }
  return made
}

function probeNodeStream(chunks: readonly Uint8Array[], then: 'end' | Error | 'wait'): Probe {
  const source = new Readable({
    highWaterMark: 1,
    read() {
      const chunk = chunks[made.chunksRead++]
      if (chunk) this.push(chunk)
      else if (then === 'end') this.push(null)
      else if (then !== 'wait') this.destroy(then)
    },
    destroy(error, callback) {
      if (!this.readableEnded) made.cancelledWith = { reason: undefined }
      callback(error)
    },
  })
  const made: Probe = { source, chunksRead: 0 }
  return made
}

describe.each([...STREAM_FRAMINGS])('%s', (id) => {
  test('the messages of a stream, however it is cut', async () => {
    const framing = framingOf(id)
    const streams = messagesOf(framing, 100).chain((sent) => {
      const stream = encodeAll(framing, sent)
      return fc.tuple(fc.constant(sent), fc.constant(stream), cutsOf(stream.length))
    })
    await fc.assert(
      fc.asyncProperty(streams, async ([sent, stream, cuts]) => {
        const { source } = probe('AsyncIterable', chunksOf(stream, cuts), 'end')
        const got = await collect(messages(source, framing))
        expect(got).toEqual({ messages: toHex(sent), error: null })
      }),
      { numRuns: 20 },
    )
  })
})

describe.each([...KINDS])('%s', (kind) => {
  const isNode = kind === 'Node stream'

  test('read to its end, and free for others', async () => {
    const made = probe(kind, ['\x05he', 'llo\x00', '\x01'].map(bytesOf), 'end')
    const got = await collect(messages(made.source, u8))
    expect(got).toMatchObject({
      messages: ['68656c6c6f', ''],
      error: { reason: 'truncated' },
    })
    expect(got.error).toBeInstanceOf(FramingError)
    expect(made.cancelledWith).toBe(undefined)
    if ('getReader' in made.source) expect(made.source.locked).toBe(false)
  })

  test('a chunk is read when the messages of the last one have been taken', async () => {
    const chunks = Array.from({ length: 100 }, () => bytesOf('\x01a\x01b\x01c'))
    const made = probe(kind, chunks, 'end')
    let taken = 0
    for await (const message of messages(made.source, u8)) {
      expect(message.length).toBe(1)
      taken++
      await settled()
      // A Node stream reads one chunk ahead, and its iterator holds another.
      expect(made.chunksRead).toBeLessThanOrEqual(Math.ceil(taken / 3) + (isNode ? 2 : 0))
    }
    expect(taken).toBe(300)
  })

  test('who stops early cancels it', async () => {
    const made = probe(kind, ['\x01a\x01b', '\x01c'].map(bytesOf), 'wait')
    for await (const message of messages(made.source, u8)) {
      expect(message).toEqual(bytesOf('a'))
      break
    }
    expect(made.cancelledWith).toEqual({ reason: undefined })
    if ('getReader' in made.source) expect(made.source.locked).toBe(false)
  })

  test('what is malformed comes behind the messages before it, and nothing after', async () => {
    const made = probe(kind, ['\x01a\x01', 'b\x04cdef\x01g', '\x01h'].map(bytesOf), 'wait')
    const { messages: got, error } = await collect(messages(made.source, framingOf('u8?max=3')))
    expect(got).toEqual(['61', '62'])
    expect(error).toMatchObject({ name: 'FramingError', reason: 'length-over-max' })
    await settled()
    expect(made.cancelledWith).toEqual({
      reason: kind === 'ReadableStream' ? error : undefined,
    })
    expect(made.chunksRead).toBeLessThanOrEqual(isNode ? 4 : 2)
  })

  test('abort ends a wait with the reason, and cancels the source', async () => {
    const made = probe(kind, [bytesOf('\x01a\x05b')], 'wait')
    const abort = new AbortController()
    const collected = collect(messages(made.source, u8, { signal: abort.signal }))
    await settled()
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await collected).toEqual({ messages: ['61'], error: reason })
    await settled()
    expect(made.cancelledWith).toBeDefined()
    if ('getReader' in made.source) expect(made.source.locked).toBe(false)
  })

  test('abort between two messages keeps the second', async () => {
    const made = probe(kind, [bytesOf('\x01a\x01b')], 'wait')
    const abort = new AbortController()
    const iterator = messages(made.source, u8, { signal: abort.signal })
    expect((await iterator.next()).value).toEqual(bytesOf('a'))
    abort.abort('no more')
    expect(await iterator.next().catch((error: unknown) => error)).toBe('no more')
    expect((await iterator.next()).done).toBe(true)
    expect(made.cancelledWith).toBeDefined()
  })

  test('aborted before it began: nothing is read', async () => {
    const made = probe(kind, [bytesOf('\x01a')], 'end')
    const signal = AbortSignal.abort('never mind')
    expect(await collect(messages(made.source, u8, { signal }))).toEqual({
      messages: [],
      error: 'never mind',
    })
    await settled()
    expect(made.cancelledWith).toBeDefined()
    expect(made.chunksRead).toBe(0)
  })

  test('what the source fails with is what the reader gets', async () => {
    const failure = new Error('cable')
    const { source } = probe(kind, ['\x01a', '\x03b'].map(bytesOf), failure)
    expect(await collect(messages(source, u8))).toEqual({ messages: ['61'], error: failure })
  })
})

test('no listener is left behind at the signal', async () => {
  const abort = new AbortController()
  let listeners = 0
  const { signal } = abort
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  const { source } = probe('AsyncIterable', ['\x01a', '\x01b', '\x01c'].map(bytesOf), 'end')
  await collect(messages(source, u8, { signal }))
  expect(listeners).toBe(0)
})

test('text is refused', async () => {
  const source = Readable.from(['text'])
  const { error } = await collect(messages(source, u8))
  expect(error).toBeInstanceOf(TypeError)
})

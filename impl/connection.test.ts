/**
 * Echoes in memory: whatever the cuts of the requests, and however little of a reply is taken at a
 * time, what comes back is the frames of the messages. Each read is spoilt as soon as it has been
 * handed on, since the next one lies there (but for one whose end is a long frame's beginning).
 */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readBuffers } from '../posix/read-buffers.ts'
import {
  bytesOf,
  chunksOf,
  concat,
  cutsOf,
  encodeAll,
  framingOf,
  messagesOf,
  STREAM_FRAMINGS,
} from '../wire/testing.ts'
import { Connection, type ConnectionSocket } from './connection.ts'

import { ECHO } from './service.ts'

/** What a kernel would do: takes so many bytes of each write, in turn, and all of them at last. */
class Peer implements ConnectionSocket {
  readonly #takes: number[]
  readonly #heard: Uint8Array[] = []
  writes = 0

  constructor(takes: readonly number[]) {
    this.#takes = [...takes]
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    this.writes++
    const taken = Math.min(length, this.#takes.shift() ?? length)
    this.#heard.push(bytes.slice(offset, offset + taken))
    return taken
  }

  terminate(): void {}
  shutdown(): void {}
  end(): void {}
  pause(): void {}
  resume(): void {}

  heard(): string {
    return concat(this.#heard).toHex()
  }
}

const counted = (bytes: number) => new Uint8Array(bytes).map((_, at) => at)

const connectionTo = (peer: Peer, id: string): Connection => {
  const framing = framingOf(id, id.startsWith('fixed') ? undefined : 1024 * 1024)
  return new Connection(peer, {
    decoder: framing.decoder(),
    encoder: framing.encoder(),
    answer: ECHO,
    discipline: 'sendall',
    writes: 'joined',
    readBytesMax: Number.POSITIVE_INFINITY,
    onClose: () => undefined,
  })
}

function echo(id: string, chunks: readonly Uint8Array[], takes: readonly number[] = []): Peer {
  const peer = new Peer(takes)
  const connection = connectionTo(peer, id)
  for (const bytes of chunks) {
    const chunk = bytes.slice()
    if (!connection.data(chunk)) chunk.fill(0xaa)
    connection.drain()
  }
  for (const _ of takes) connection.drain()
  return peer
}

test.each([...STREAM_FRAMINGS])('%s comes back as it went', (id) => {
  const framing = framingOf(id)
  const streams = messagesOf(framing).chain((messages) => {
    const stream = encodeAll(framing, messages)
    const takes = fc.array(fc.nat({ max: 200 }), { maxLength: 12 })
    return fc.tuple(fc.constant(stream), cutsOf(stream.length), takes)
  })
  fc.assert(
    fc.property(streams, ([stream, cuts, takes]) => {
      expect(echo(id, chunksOf(stream, cuts), takes).heard()).toBe(stream.toHex())
    }),
    { numRuns: 60 },
  )
})

describe('writes', () => {
  const framing = framingOf('u32be')
  const frames = (bytes: number, count: number) =>
    encodeAll(
      framing,
      Array.from({ length: count }, (_, at) => new Uint8Array(bytes).fill(at)),
    )

  test('one for a read, however many frames are in it', () => {
    const stream = frames(64, 3_000)
    const peer = echo('u32be', [stream])
    expect(peer.heard()).toBe(stream.toHex())
    expect(peer.writes).toBe(1)
  })

  test('one, when the first frame began in the read before', () => {
    const stream = frames(64, 300)
    const peer = echo('u32be', chunksOf(stream, [30]))
    expect(peer.heard()).toBe(stream.toHex())
    expect(peer.writes).toBe(1)
  })

  test('behind a large frame that came in pieces the rest is not copied to save one', () => {
    const stream = concat([frames(200_000, 1), frames(100_000, 2)])
    const peer = echo('u32be', chunksOf(stream, [1_000]))
    expect(peer.heard()).toBe(stream.toHex())
    expect(peer.writes).toBe(2)
  })

  test('heads that are spelt otherwise than ours are written anew', () => {
    const odd = (text: string) => bytesOf(`X: y\r\ncontent-length:${text.length}\r\n\r\n${text}`)
    const plain = (text: string) => bytesOf(`Content-Length: ${text.length}\r\n\r\n${text}`)
    const texts = ['one', '', 'three', 'four', 'five']
    const mixed = texts.map((text, at) => (at % 3 === 1 ? plain(text) : odd(text)))
    const peer = echo('content-length', [concat(mixed)])
    expect(peer.heard()).toBe(concat(texts.map(plain)).toHex())
    expect(peer.writes).toBe(1)
  })
})

test.each([1, 30_000, 65_000, 65_537])('a long frame cut at %p goes out in its pieces', (cut) => {
  const stream = encodeAll(framingOf('u32be'), [65_536, 3, 65_536].map(counted))
  const peer = new Peer([0, 20_000, 1])
  const connection = connectionTo(peer, 'u32be')
  const [first, rest] = chunksOf(stream, [cut]).map((chunk) => chunk.slice())
  const isKept = connection.data(first!)
  expect(peer.writes).toBe(0)
  expect(isKept).toBe(cut > 16 * 1024)
  expect(connection.data(rest!)).toBe(false)
  // Nothing of either is needed any more.
  first!.fill(0xaa)
  rest!.fill(0xaa)
  for (let i = 0; i < 3; i++) connection.drain()
  expect(peer.heard()).toBe(stream.toHex())
})

test('memory that was kept for the beginning of a long frame is read into again', () => {
  const stream = encodeAll(framingOf('u32be'), [new Uint8Array(300_000).fill(7)])
  const connection = connectionTo(new Peer([]), 'u32be')
  const buffers = new Set<ArrayBufferLike>()
  for (let round = 0; round < 3; round++) {
    for (const bytes of chunksOf(stream, [200_000])) {
      const chunk = readBuffers.view(bytes.length)
      chunk.set(bytes)
      buffers.add(chunk.buffer)
      if (connection.data(chunk)) readBuffers.leave()
    }
  }
  expect(buffers.size).toBe(2)
})

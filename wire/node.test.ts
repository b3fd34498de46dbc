/** wire/ uses nothing that Node has not: built for it, it runs there. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STREAM_FRAMINGS } from './testing.ts'

const node = Bun.which('node')
const folder = mkdtempSync(join(tmpdir(), 'framegate-node-'))

beforeAll(async () => {
  const entrypoints = [join(import.meta.dir, 'index.ts')]
  await Bun.build({ entrypoints, outdir: folder, target: 'node', naming: 'wire.mjs' })
})

afterAll(() => rmSync(folder, { recursive: true }))

async function runInNode(program: string): Promise<string> {
  await Bun.write(join(folder, 'main.mjs'), program)
  const child = Bun.spawn([node!, join(folder, 'main.mjs')], { stderr: 'pipe' })
  const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()])
  expect(errors).toBe('')
  return out
}

test.skipIf(node === null)('every framing, decoded in every way', async () => {
  const out = await runInNode(`
    import { createServer, connect } from 'node:net'
    import { Readable } from 'node:stream'
    import * as wire from './wire.mjs'

    const { FRAME, parseFraming, messages, messageDuplex, decoderStream, encoderStream } = wire
    const sent = ['a', 'hello', 'x'.repeat(300)].map((text) => Buffer.from(text))
    const text = (message) => Buffer.from(message).toString()
    const collect = async (source) => (await Array.fromAsync?.(source)) ?? slowly(source)
    async function slowly(source) {
      const all = []
      for await (const item of source) all.push(item)
      return all
    }

    for (const id of ${JSON.stringify(STREAM_FRAMINGS)}) {
      const framing = parseFraming(id)
      const encoder = framing.encoder()
      const carried = sent.filter((message) => {
        try { return encoder.encode(message) } catch { return false }
      })
      const stream = Buffer.concat(carried.map((message) => encoder.encode(message)))
      const decoder = framing.decoder()
      const stepped = []
      for (const byte of stream) {
        decoder.push(Uint8Array.of(byte))
        while (decoder.next() === FRAME) stepped.push(decoder.take())
      }
      const chunks = [stream.subarray(0, 7), stream.subarray(7)]
      const iterated = await collect(messages(Readable.from(chunks), framing))
      const piped = await collect(
        ReadableStream.from(carried).pipeThrough(encoderStream(framing))
          .pipeThrough(decoderStream(framing)))
      const all = [carried, stepped, iterated, piped].map((list) => list.map(text).join())
      if (carried.length > 0 && new Set(all).size !== 1) console.log(id, all)
    }

    const framing = parseFraming('varint')
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const framed = messageDuplex(socket, framing)
      framed.pipe(framed)
    })
    server.listen(0, '127.0.0.1', async () => {
      const framed = messageDuplex(
        connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true }), framing)
      const large = new Uint8Array(1_000_000)
      for (const message of [...sent, large]) framed.write(message)
      framed.end()
      const replies = await collect(framed)
      console.log(replies.map((reply) => reply.length).join())
      server.close()
    })
  `)
  expect(out).toBe('1,5,300,1000000\n')
})

test.skipIf(node === null)('what is refused is a FramingError there, too', async () => {
  const out = await runInNode(`
    import { PassThrough, Readable } from 'node:stream'
    import { decoderStream, FramingError, messages, messageDuplex, parseFraming } from './wire.mjs'
    const framing = parseFraming('u8?max=3')
    const chunk = Uint8Array.of(1, 65, 1, 66, 9)
    const sources = [
      messages(Readable.from([chunk]), framing),
      ReadableStream.from([chunk]).pipeThrough(decoderStream(framing)),
      messageDuplex(new PassThrough().end(chunk), framing),
    ]
    for (const source of sources) {
      const got = []
      try {
        for await (const message of source) got.push(Buffer.from(message).toString())
      } catch (error) {
        got.push(error instanceof FramingError, error.reason)
      }
      console.log(got.join(' '))
    }
  `)
  expect(out).toBe('A B true length-over-max\n'.repeat(3))
})

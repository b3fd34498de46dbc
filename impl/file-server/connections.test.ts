/** Peers that stall, come back, are too many, or are there when the server is told to stop. */
import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../posix/testing.ts'
import { FRAME } from '../../wire/framing.ts'
import { encodeJsonHeader, JsonHeaderDecoder } from '../../wire/json-header.ts'
import { Client } from '../testing.ts'
import { FileClient } from './client/file-client.ts'
import { putFile } from './client/put-file.ts'
import { type FileKeys, readKeys } from './headers.ts'
import { bytes, codeOf, FileHost, put, putPiece } from './testing.ts'

const MIB = 1024 ** 2
const WHOLE = new Uint8Array(3_000).map((_, index) => index * 7)
const PIECE = { name: 'a', upload: 'mine', whole: WHOLE, length: 1_000 }
const RESUME = { keys: { op: 'resume', upload: 'mine', size: WHOLE.length }, fileName: 'a' }

/** What the whole frames in these bytes say. */
function repliesIn(received: Uint8Array): FileKeys[] {
  const decoder = new JsonHeaderDecoder(MIB)
  const replies: FileKeys[] = []
  decoder.push(received)
  while (decoder.next() === FRAME) replies.push(readKeys(decoder.headerText))
  return replies
}

test('a peer that stops inside a frame is told and let go; others are served', async () => {
  await using host = await FileHost.start({ stallMs: 300 })
  using stalled = await Client.connect(host.served.address)
  const header = encodeJsonHeader({ totalSize: 100, md5: null, fileName: 'a' }, { op: 'put' })
  await stalled.send(Buffer.concat([header, bytes('and no more')]))
  const other = await host.client()
  await put(other, 'b', bytes('hello'))
  expect(repliesIn(await stalled.readToEnd())).toEqual([{ error: 'stalled' }])
  await put(other, 'b', bytes('world'))
  expect(readdirSync(host.root)).toEqual(['b'])
})

test('one that sends a byte now and then does not keep a frame open for ever', async () => {
  await using host = await FileHost.start({ stallMs: 200 })
  using slow = await Client.connect(host.served.address)
  const header = encodeJsonHeader({ totalSize: 100_000, md5: null, fileName: 'a' }, { op: 'put' })
  await slow.send(header)
  await slow.readUntil('it is let go', () => {
    if (!slow.ended) slow.socket.send(Uint8Array.of(1))
    return slow.ended
  })
  expect(repliesIn(slow.received())).toEqual([{ error: 'stalled' }])
})

test('one that does not read what it asked for is let go', async () => {
  await using host = await FileHost.start({ stallMs: 300 })
  writeFileSync(join(host.root, 'big'), new Uint8Array(4 * MIB))
  using deaf = await Client.connect(host.served.address)
  const request = encodeJsonHeader(
    { totalSize: 0, md5: null, fileName: 'big' },
    { op: 'get', length: 4 * MIB },
  )
  await deaf.send(Buffer.concat(Array.from({ length: 40 }, () => request)))
  const other = await host.client()
  await put(other, 'b', bytes('hello'))
  await until('it is let go', () => isGone(deaf))
})

/** Nothing can be written any more. Reading would be what it is about not to do. */
function isGone({ socket }: Client): boolean {
  try {
    socket.send(Uint8Array.of(0))
    return false
  } catch {
    return true
  }
}

test('one connection more than are allowed is told so', async () => {
  await using host = await FileHost.start({ connectionsMax: 2 })
  const first = await host.client()
  const second = await host.client()
  await put(first, 'a', WHOLE)
  await put(second, 'b', WHOLE)
  const third = await FileClient.connect(host.served.address)
  expect(['busy', 'connection-lost']).toContain(await codeOf(put(third, 'c', WHOLE)))
  first.close()
  third.close()
  await put(second, 'a', WHOLE)
})

test('an upload whose connection says nothing any more can be taken over', async () => {
  await using host = await FileHost.start()
  const [gone, back] = [await host.client(), await host.client()]
  await putPiece(gone, { ...PIECE, offset: 0 })
  const { keys } = await back.call(RESUME)
  expect(keys.offset).toBe(1_000)
  expect(await codeOf(putPiece(gone, { ...PIECE, offset: 1_000 }))).not.toBe('none')
  for (const offset of [1_000, 2_000]) await putPiece(back, { ...PIECE, offset })
  expect(readFileSync(join(host.root, 'a'))).toEqual(Buffer.from(WHOLE))
  expect(readdirSync(host.root)).toEqual(['a'])
})

test('SIGTERM ends with 0; what is verified by then can be gone on with', async () => {
  await using host = await FileHost.start()
  await putPiece(await host.client(), { ...PIECE, offset: 0 })
  host.served.kill('SIGTERM')
  expect(await host.served.exitCode()).toBe(0)
  await host.serve()
  const back = await host.client()
  expect((await back.call(RESUME)).keys.offset).toBe(1_000)
  for (const offset of [1_000, 2_000]) await putPiece(back, { ...PIECE, offset })
  expect(readFileSync(join(host.root, 'a'))).toEqual(Buffer.from(WHOLE))
})

test('requests that are there when SIGTERM comes are answered', async () => {
  await using host = await FileHost.start()
  using client = await Client.connect(host.served.address)
  const before = encodeJsonHeader({ totalSize: 0, md5: null, fileName: null }, { op: 'ls' })
  await client.send(before)
  await client.readUntil('it is served', () => repliesIn(client.received()).length === 1)
  host.served.kill('SIGSTOP')
  const header = { totalSize: 5, md5: '5d41402abc4b2a76b9719d911017c592', fileName: 'a' }
  await client.send(Buffer.concat([encodeJsonHeader(header, { op: 'put' }), bytes('hello')]))
  host.served.kill('SIGTERM')
  host.served.kill('SIGCONT')
  const [, reply] = repliesIn(await client.readToEnd())
  expect(reply).toMatchObject({ stored: true, size: 5 })
  expect(readFileSync(join(host.root, 'a'), 'utf8')).toBe('hello')
  client[Symbol.dispose]()
  expect(await host.served.exitCode()).toBe(0)
})

test('what changes while it is sent is not stored as if it were one file', async () => {
  await using host = await FileHost.start()
  const source = join(host.folder, 'source')
  writeFileSync(source, new Uint8Array(3 * MIB))
  const client = await host.client()
  let isCut = false
  const attempt = putFile(client, source, 'a', (done) => {
    if (done < MIB || isCut) return
    isCut = true
    writeFileSync(source, new Uint8Array(MIB))
  })
  expect(['file-changed', 'none']).toContain(await codeOf(attempt))
  const { length } = readdirSync(host.root).filter((name) => name === 'a')
  if (length === 1) expect(readFileSync(join(host.root, 'a')).length).toBe(3 * MIB)
})

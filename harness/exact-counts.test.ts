import { expect, test } from 'bun:test'
import { countExactly } from './exact-counts.ts'

const ours = (name: string, framing: string) =>
  ({ kind: 'implementation', serve: { name, framing }, transport: 'tcp' }) as const

const LOAD = { messageBytes: 64, depth: 16 }

test('counts are the same every time, and add up', async () => {
  const [first, again] = [
    await countExactly(ours('length-prefixed', 'u32be'), LOAD),
    await countExactly(ours('length-prefixed', 'u32be'), LOAD),
  ]
  expect(again).toEqual(first)
  // Sixteen frames a read, and their replies in one write.
  expect(first).toMatchObject({ reads: 62.5, writes: 62.5 })
  // Replies are written from where the requests lie.
  expect(first).toMatchObject({ bytesCopied: 0, allocations: 0 })
})

test('copies show: a trailer behind the message is put there in a batch', async () => {
  const counts = await countExactly(ours('delimiter', 'delimiter:0d0a'), LOAD)
  expect(counts).toMatchObject({ writes: 62.5, bytesCopied: (64 + 2) * 1_000 })
})

test('reads of any size are counted, those that a server gives back too', async () => {
  for (const depth of [100, 1_000]) {
    const counts = await countExactly(ours('length-prefixed', 'u32be'), { messageBytes: 64, depth })
    expect(counts).toMatchObject({ reads: 1_000 / depth, writes: 1_000 / depth })
  }
})

test('one write for each message shows', async () => {
  const torn = await countExactly(ours('length-prefixed-send', 'u32be'), LOAD)
  expect(torn!.writes).toBe(1_000)
})

test('a server that is not ours, or of datagrams, is not counted', async () => {
  const exec = { kind: 'exec', command: 'true', readyPattern: null, transport: 'tcp' } as const
  expect(await countExactly(exec, LOAD)).toBeNull()
  expect(await countExactly({ ...ours('udp-echo', 'datagram'), transport: 'udp' }, LOAD)).toBeNull()
})

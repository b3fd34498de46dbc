/** The relay's plan alone, then the relay between real sockets. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Address } from '../posix/address.ts'
import { nowMs } from './clock.ts'
import { Peer } from './peer.ts'
import { Relay } from './relay.ts'
import { RelayPlan, type Weather, withBitFlipped } from './relay-plan.ts'

const WITHIN_MS = 10_000
const soon = (): number => nowMs() + WITHIN_MS
const hundred = Array.from({ length: 100 }, (_, index) => index)

describe('the plan', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

  test('of every hundred exactly so many are lost, doubled, flipped: the seed says which', () => {
    const percents = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(seeds, percents, fc.integer({ min: 0, max: 5 }), (seed, percent, block) => {
        const each = { lostPercent: percent, flippedPercent: percent }
        const fates = hundred.map((at) => new RelayPlan(seed, each).fateOf(100 * block + at))
        expect(fates.filter(({ copies }) => copies === 0)).toHaveLength(percent)
        expect(fates.filter(({ flippedBit }) => flippedBit !== null)).toHaveLength(percent)
        const doubling = new RelayPlan(seed, { doubledPercent: percent })
        expect(hundred.filter((at) => doubling.fateOf(at).copies === 2)).toHaveLength(percent)
      }),
      { numRuns: 30 },
    )
  })

  test('a fate depends on seed and index alone, in whatever order it is asked for', () => {
    const weather = { lostPercent: 20, flippedPercent: 50, delayMs: 5, jitterMs: 90 }
    const indices = hundred.map((at) => 7 * at)
    const forth = new RelayPlan(3, weather)
    const back = new RelayPlan(3, weather)
    const fates = indices.map((index) => forth.fateOf(index))
    expect(indices.toReversed().map((index) => back.fateOf(index))).toEqual(fates.toReversed())
    expect(indices.map((index) => new RelayPlan(4, weather).fateOf(index))).not.toEqual(fates)
    for (const { delayMs } of fates) expect(delayMs).toBeWithin(5, 96)
    expect(new Set(fates.map(({ delayMs }) => delayMs)).size).toBeGreaterThan(20)
  })

  test('a window is let go in an order that is none of those that change nothing', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 64 }), (seed, count) => {
        const order = new RelayPlan(seed, { reorderWindow: count }).orderOf(0, count)
        expect(order.toSorted((a, b) => a - b)).toEqual(hundred.slice(0, count))
        expect(order).not.toEqual(hundred.slice(0, count))
      }),
    )
    expect(new RelayPlan(1, { reorderWindow: 2 }).orderOf(0, 1)).toEqual([0])
  })

  test('one bit is turned over, and nothing else', () => {
    const bits = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + popCount(byte), 0)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), seeds, (bytes, bit) => {
        const before = bytes.slice()
        const difference = withBitFlipped(bytes, bit).map((byte, at) => byte ^ bytes[at]!)
        expect(bits(difference)).toBe(1)
        expect(bytes).toEqual(before)
      }),
    )
    expect(withBitFlipped(new Uint8Array(0), 5)).toHaveLength(0)
  })

  test.each([
    { lostPercent: 101 },
    { doubledPercent: -1 },
    { flippedPercent: 0.5 },
    { reorderWindow: 1 },
    { reorderWindow: 65 },
    { delayMs: Number.NaN },
  ])('%j makes no sense, and says why', (weather) => {
    expect(() => new RelayPlan(1, weather)).toThrow(/has to be an integer from/)
  })
})

const popCount = (byte: number): number => byte.toString(2).replaceAll('0', '').length

/** A subject that keeps what comes and echoes it. */
async function echo(host: string, port = 0) {
  const heard: Uint8Array[] = []
  const socket = await Bun.udpSocket({
    hostname: host,
    port,
    binaryType: 'uint8array',
    socket: {
      data(socket, datagram, port, from) {
        heard.push(datagram.slice())
        socket.send(datagram, port, from)
      },
      error() {},
    },
  })
  const address = { transport: 'udp', host, port: socket.port } as const
  return { heard, address, [Symbol.dispose]: () => socket.close() }
}

interface Way extends Disposable {
  peer: Peer
  relay: Relay
}

async function way(
  subject: Extract<Address, { transport: 'udp' }>,
  seed: number,
  toSubject: Weather,
  toPeer: Weather = {},
): Promise<Way> {
  const relay = Relay.open({ subject, seed, toSubject, toPeer })
  const peer = await Peer.connect(relay.address, { deadlineMs: soon() })
  relay.attach(peer.localAddress)
  const close = () => {
    peer.close()
    relay.close()
  }
  return { peer, relay, [Symbol.dispose]: close }
}

const message = (index: number): Uint8Array => Uint8Array.of(index >> 8, index & 255, 1, 2, 3)

async function sendAll({ peer, relay }: Way, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    expect(await peer.sendDatagram(message(index), soon())).toBe(true)
    // One at a time, so that no buffer between the two is too small.
    if (index % 16 === 15) await relay.passedOn(index + 1, soon())
  }
  expect(await relay.passedOn(count, soon())).toBe(true)
}

describe('between a peer and a subject', () => {
  test.each(['127.0.0.1', '::1'])('on %s: without weather all comes through', async (host) => {
    using subject = await echo(host)
    using path = await way(subject.address, 1, {})
    expect(await path.peer.sendDatagram(new Uint8Array(0), soon())).toBe(true)
    expect(await path.peer.sendDatagram(new Uint8Array(65_507).fill(3), soon())).toBe(true)
    expect(await path.peer.readUntil(() => path.peer.reads.length === 2, soon())).toBe(true)
    expect(path.peer.reads.map(({ length }) => length)).toEqual([0, 65_507])
    expect(path.relay.toSubject.counts).toMatchObject({ taken: 2, passed: 2, lost: 0 })
  })

  const rough = { lostPercent: 10, doubledPercent: 10, flippedPercent: 5, jitterMs: 3 }

  test('what comes through is what was told, and what the same seed gives again', async () => {
    const runs: Uint8Array[][] = []
    for (const seed of [7, 7, 8]) {
      using subject = await echo('127.0.0.1')
      using path = await way(subject.address, seed, { ...rough, jitterMs: 0 })
      const told: Uint8Array[] = []
      path.relay.toSubject.onPass = (bytes) => told.push(bytes)
      await sendAll(path, 200)
      expect(told).toHaveLength(path.relay.toSubject.counts.passed)
      expect(await path.peer.readUntil(() => path.peer.reads.length >= told.length, soon())).toBe(
        true,
      )
      expect(subject.heard).toEqual(told)
      expect(path.peer.reads).toEqual(told)
      expect(path.relay.toSubject.counts).toMatchObject({ taken: 200, lost: 20, overtaken: 0 })
      runs.push(told)
    }
    expect(runs[1]).toEqual(runs[0]!)
    expect(runs[2]).not.toEqual(runs[0]!)
  })

  test('windows: nothing is lost, nothing leaves its window, the rest is let go when told', async () => {
    using subject = await echo('127.0.0.1')
    using path = await way(subject.address, 5, { reorderWindow: 8 })
    const order: number[] = []
    path.relay.toSubject.onPass = (_, { index }) => order.push(index)
    for (let index = 0; index < 20; index++) await path.peer.sendDatagram(message(index), soon())
    await path.relay.passedOn(20, soon())
    expect(order.toSorted((a, b) => a - b)).toEqual(hundred.slice(0, 20))
    for (const [at, index] of order.entries()) expect(index >> 3).toBe(at >> 3)
    expect(path.relay.toSubject.counts.overtaken).toBeGreaterThan(0)
    expect(String(path.relay)).toStartWith('Relay with seed 5: 20 datagrams in, 20 on to udp://127')
  })

  test('a delay is kept to, and lets a later one overtake', async () => {
    using subject = await echo('127.0.0.1')
    using path = await way(subject.address, 2, { delayMs: 20, jitterMs: 60 })
    const sentMs: number[] = []
    const early: number[] = []
    path.relay.toSubject.onPass = (_, { index, delayMs }) => {
      if (nowMs() < sentMs[index]! + delayMs) early.push(index)
    }
    for (let index = 0; index < 30; index++) {
      sentMs.push(nowMs())
      await path.peer.sendDatagram(message(index), soon())
    }
    expect(await path.relay.passedOn(30, soon())).toBe(true)
    expect(early).toEqual([])
    expect(path.relay.toSubject.counts).toMatchObject({ passed: 30, lost: 0 })
    expect(path.relay.toSubject.counts.overtaken).toBeGreaterThan(0)
  })

  test('the way back has a weather of its own', async () => {
    using subject = await echo('127.0.0.1')
    using path = await way(subject.address, 9, {}, { lostPercent: 50 })
    await sendAll(path, 100)
    expect(await path.peer.readUntil(() => path.peer.reads.length === 50, soon())).toBe(true)
    expect(subject.heard).toHaveLength(100)
    expect(path.relay.toPeer.counts).toMatchObject({ taken: 100, lost: 50, passed: 50 })
  })

  test('a subject that is away costs what was sent meanwhile, and nothing else', async () => {
    const first = await echo('127.0.0.1')
    using path = await way(first.address, 1, {})
    first[Symbol.dispose]()
    await sendAll(path, 10)
    using again = await echo('127.0.0.1', first.address.port)
    await path.peer.sendDatagram(message(11), soon())
    expect(await path.relay.passedOn(11, soon())).toBe(true)
    expect(await path.peer.readUntil(() => path.peer.reads.length === 1, soon())).toBe(true)
    expect(again.heard).toEqual([message(11)])
  })

  test('two relays on one subject keep their peers apart', async () => {
    using subject = await echo('127.0.0.1')
    using one = await way(subject.address, 1, rough)
    using other = await way(subject.address, 2, rough)
    const told = [one, other].map(({ relay }) => {
      const bytes: Uint8Array[] = []
      relay.toSubject.onPass = (datagram) => bytes.push(datagram)
      return bytes
    })
    for (let i = 0; i < 40; i++) {
      for (const [index, { peer }] of [one, other].entries()) {
        await peer.sendDatagram(Uint8Array.of(index, i, 0), soon())
      }
    }
    for (const [index, { peer, relay }] of [one, other].entries()) {
      await relay.passedOn(40, soon())
      await peer.readUntil(() => peer.reads.length === told[index]!.length, soon())
      expect(peer.reads).toEqual(told[index]!)
    }
  })
})

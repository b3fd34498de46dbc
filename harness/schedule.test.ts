/** Splits and merges are made to happen, and the subject itself says whether they did. */
import { describe, expect, test } from 'bun:test'
import { type Launched, launch } from './launch.ts'
import { Peer } from './peer.ts'
import { createRandom } from './random.ts'
import { until } from './reactor.ts'
import { drained, sendMerged, sendSplit, type Wire } from './schedule.ts'
import { subjectQueueOf } from './subject-queue.ts'
import { isLinux, program, shell, soon } from './testing.ts'

const ROUNDS = 200

async function wireTo(subject: Launched, stopped = () => false): Promise<Wire> {
  const peer = await Peer.connect(subject.address, { deadlineMs: soon() })
  return { peer, queue: subjectQueueOf(peer), process: subject, hasStoppedReading: stopped }
}

/** Sizes of the subject's reads, as it has told them so far. */
const toldBy = ({ reads }: Peer): number[] =>
  Buffer.concat(reads).toString().split('\n').slice(0, -1).map(Number)

/** What the subject told since `from`, once it has told of `bytes` bytes. */
async function readsSince(peer: Peer, from: number, bytes: number): Promise<number[]> {
  const sum = () =>
    toldBy(peer)
      .slice(from)
      .reduce((all, size) => all + size, 0)
  await peer.readUntil(() => sum() >= bytes, soon())
  return toldBy(peer).slice(from)
}

describe.skipIf(!isLinux).each(['tcp', 'unix'] as const)('over %s', (transport) => {
  test(`every piece is a read of its own, ${ROUNDS} of ${ROUNDS} times`, async () => {
    await using subject = await launch(program('tell-reads', transport))
    const wire = await wireTo(subject)
    const random = createRandom(1)
    for (let round = 0; round < ROUNDS; round++) {
      const pieces = Array.from({ length: 5 }, () => random.bytes(random.between(1, 2_000)))
      const sizes = pieces.map(({ length }) => length)
      const told = toldBy(wire.peer).length
      expect(await sendSplit(wire, pieces, soon())).toBe('proven')
      const all = sizes.reduce((sum, size) => sum + size, 0)
      expect([round, await readsSince(wire.peer, told, all)]).toEqual([round, sizes])
    }
    wire.peer.close()
  })

  test(`what is merged is one read, ${ROUNDS} of ${ROUNDS} times`, async () => {
    await using subject = await launch(program('tell-reads', transport))
    const wire = await wireTo(subject)
    const random = createRandom(2)
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = random.bytes(random.between(2, 4_000))
      const told = toldBy(wire.peer).length
      expect(await sendMerged(wire, bytes, soon())).toBe('proven')
      const sizes = await readsSince(wire.peer, told, bytes.length)
      expect([round, sizes]).toEqual([round, [bytes.length]])
    }
    wire.peer.close()
  })

  test('a merge behind a plain write holds nothing of it', async () => {
    await using subject = await launch(program('tell-reads', transport))
    const wire = await wireTo(subject)
    for (let round = 0; round < 20; round++) {
      const told = toldBy(wire.peer).length
      await wire.peer.send(new Uint8Array(100), soon())
      expect(await sendMerged(wire, new Uint8Array(23), soon())).toBe('proven')
      expect((await readsSince(wire.peer, told, 123)).at(-1)).toBe(23)
    }
    wire.peer.close()
  })

  test('pieces behind a merge are not part of it', async () => {
    await using subject = await launch(program('tell-reads', transport))
    const wire = await wireTo(subject)
    for (let round = 0; round < 20; round++) {
      const told = toldBy(wire.peer).length
      await sendMerged(wire, new Uint8Array(50), soon())
      await sendSplit(wire, [new Uint8Array(7), new Uint8Array(8)], soon())
      expect(await readsSince(wire.peer, told, 65)).toEqual([50, 7, 8])
    }
    wire.peer.close()
  })

  test('the first write of a connection that is not accepted yet is proven all the same', async () => {
    await using subject = await launch(program('tell-reads', transport))
    await subject.freeze()
    const wire = await wireTo(subject)
    const split = sendSplit(wire, [new Uint8Array(3), new Uint8Array(4)], soon())
    subject.thaw()
    expect(await split).toBe('proven')
    expect(await readsSince(wire.peer, 0, 7)).toEqual([3, 4])
    wire.peer.close()
  })

  test('a subject that stops reading is told from one that reads late', async () => {
    await using subject = await launch(program('stop-reading', transport))
    let hasStopped = false
    const wire = await wireTo(subject, () => hasStopped)
    expect(await sendSplit(wire, [new Uint8Array(5)], soon())).toBe('proven')
    hasStopped = true
    const paused = await sendSplit(wire, [new Uint8Array(5), new Uint8Array(5)], soon())
    expect(paused).toBe('not-read')
    wire.peer.close()
  })

  test('a subject that ends meanwhile is told', async () => {
    await using subject = await launch(program('tell-reads', transport))
    const wire = await wireTo(subject)
    expect(await drained(wire, soon())).toBe('proven')
    await subject.freeze()
    await wire.peer.send(new Uint8Array(10), soon())
    const waiting = drained(wire, soon())
    subject.signal('SIGKILL')
    expect(await waiting).toBe('subject-ended')
    expect(await until(() => !subject.running, soon())).toBe(true)
    expect(await sendMerged(wire, new Uint8Array(10), soon())).toBe('subject-ended')
    wire.peer.close()
  })
})

test('where the subject cannot be seen the schedule is timed, and says so', async () => {
  await using subject = await launch(program('tell-reads'))
  const wire = { ...(await wireTo(subject)), queue: null, process: null }
  expect(await sendSplit(wire, [new Uint8Array(1), new Uint8Array(2)], soon())).toBe('timed')
  expect(await sendMerged(wire, new Uint8Array(3), soon())).toBe('timed')
  const sizes = await readsSince(wire.peer, 0, 6)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6)
  wire.peer.close()
})

test.skipIf(!isLinux)('a forking server is stopped with all its processes', async () => {
  const reader = `exec '${process.execPath}' -e 'setInterval(() => {}, 1000)'`
  await using subject = await launch(shell(`(${reader}) & (${reader}) & echo up; wait`, /^up$/m))
  expect(await until(() => subject.members().length >= 3, soon())).toBe(true)
  expect(await subject.freeze()).toBe(true)
  subject.thaw()
})

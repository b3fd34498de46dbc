import { afterEach, describe, expect, test } from 'bun:test'
import type { Socket, TCPSocketListener } from 'bun'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { FRAME, type Framing, parseFraming } from '../wire/index.ts'
import { HarnessError } from './errors.ts'
import { generate } from './generator.ts'
import { launch } from './launch.ts'
import type { LoadFigures, LoadPlan } from './load.ts'

/** What a connection of a test server knows. */
interface Served {
  decoder: ReturnType<Framing['decoder']>
  received: number
}

/** Answers the message that a connection received as its `ordinal`-th, from 1. */
type Answer = (message: Buffer, ordinal: number, socket: Socket<Served>) => Uint8Array | null

let listener: TCPSocketListener<Served> | null = null
afterEach(() => {
  listener?.stop(true)
  listener = null
})

/** A server in this process that answers as it is told, for faults no real server has on demand. */
function serve(framing: Framing, answer: Answer): LoadPlan['address'] {
  listener = Bun.listen<Served>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { decoder: framing.decoder(), received: 0 }
      },
      data(socket, chunk) {
        const { decoder } = socket.data
        decoder.push(chunk)
        const replies: Uint8Array[] = []
        while (decoder.next() === FRAME) {
          const message = Buffer.from(decoder.buffer.slice(decoder.start, decoder.end))
          const reply = answer(message, ++socket.data.received, socket)
          if (reply) replies.push(reply)
        }
        socket.write(Buffer.concat(replies))
      },
    },
  })
  return { transport: 'tcp', host: '127.0.0.1', port: listener.port }
}

const U32BE = parseFraming('u32be')
const frame = (message: Uint8Array) => U32BE.encoder().encode(message)

const planFor = (address: LoadPlan['address'], changes: Partial<LoadPlan> = {}): LoadPlan => ({
  address,
  framing: 'u32be',
  messageBytesMax: 1024 * 1024,
  messageBytes: 64,
  connections: 1,
  loop: { kind: 'closed', depth: 4 },
  warmUp: { messages: 10 },
  measured: { messages: 100 },
  stallMs: 20_000,
  deadlineMs: 20_000,
  subjectProcessGroup: null,
  seed: 7,
  ...changes,
})

/** The outcome against a u32be server that answers like this. */
const outcomeWith = (answer: Answer, changes: Partial<LoadPlan> = {}) =>
  generate(planFor(serve(U32BE, answer), changes))

const startSubject = (name: string, framing: string, transport: 'tcp' | 'unix' = 'tcp') =>
  launch({ kind: 'implementation', serve: { name, framing }, transport })

describe('a right subject', () => {
  test('is measured: as many messages as asked for, each with its latency', async () => {
    const outcome = await outcomeWith((message) => frame(message))
    expect(outcome).toMatchObject({ kind: 'measured', messages: 100, subject: null })
    const { histogram } = outcome as LoadFigures
    expect(decodeFromCompressedBase64(histogram).totalCount).toBe(100)
  })

  test('has as many messages in flight as the plan says', async () => {
    const held: Uint8Array[] = []
    const inFours = (message: Buffer) => {
      held.push(frame(message))
      return held.length === 4 ? Buffer.concat(held.splice(0)) : null
    }
    const outcome = await outcomeWith(inFours, { warmUp: { messages: 12 } })
    expect(outcome).toMatchObject({ kind: 'measured', messages: 100 })
  })

  test('is measured over a Unix socket, with its CPU time', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be', 'unix')
    const subjectProcessGroup = subject.processGroup
    const outcome = await generate(planFor(subject.address, { subjectProcessGroup }))
    expect(outcome).toMatchObject({ kind: 'measured', messages: 100 })
    if (process.platform === 'linux' && outcome.kind === 'measured') {
      expect(outcome.subject!.cpuNs).toBeGreaterThan(0)
      expect(outcome.subject!.rssBytesMax).toBeGreaterThan(0)
    }
  })

  test('is measured for a time, with many connections', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const outcome = await generate(
      planFor(subject.address, { connections: 20, measured: { durationMs: 50 } }),
    )
    if (outcome.kind !== 'measured') throw new Error(outcome.detail)
    expect(outcome.messages).toBeGreaterThanOrEqual(20)
    expect(outcome.messagesFirstHalf).toBeLessThanOrEqual(outcome.messages)
    expect(outcome.durationNs).toBeGreaterThanOrEqual(50e6)
  })

  test('may take large messages piece by piece', async () => {
    await using subject = await startSubject('json-header', 'json-header')
    const changes = { framing: 'json-header', messageBytes: 1024 * 1024 }
    const outcome = await generate(planFor(subject.address, changes))
    expect(outcome).toMatchObject({ kind: 'measured', messages: 100 })
  })

  test('may spell its frames in a way of its own', async () => {
    const framing = parseFraming('json-header')
    const spelt = (message: Uint8Array) => {
      const header = Buffer.from(`{ "total_size" : ${message.length}, "note": "ä" }`)
      const length = Buffer.alloc(4)
      length.writeInt32LE(header.length)
      return Buffer.concat([length, header, message])
    }
    const address = serve(framing, spelt)
    const outcome = await generate(planFor(address, { framing: 'json-header' }))
    expect(outcome).toMatchObject({ kind: 'measured', messages: 100 })
  })
})

/** For subjects that do stall: nobody waits for more than this. */
const STALLS = { stallMs: 400 }

/** Does `fault` to the 50th message; the rest is echoed. */
const at50 =
  (fault: Answer): Answer =>
  (message, ordinal, socket) =>
    ordinal === 50 ? fault(message, ordinal, socket) : frame(message)

const twisted = (message: Buffer) => {
  const copy = Buffer.from(message)
  copy[copy.length - 1]! ^= 1
  return copy
}

const swapped = (): Answer => {
  let kept: Buffer = Buffer.alloc(0)
  return (message, ordinal) => {
    if (ordinal === 50) kept = message
    if (ordinal === 50) return null
    return ordinal === 51 ? Buffer.concat([frame(message), frame(kept)]) : frame(message)
  }
}

describe('a wrong subject is named for what it does', () => {
  const both = (message: Buffer) => Buffer.concat([message, message])
  const halves = (message: Buffer) =>
    Buffer.concat([frame(message.subarray(0, 30)), frame(message.subarray(30))])
  const faults: [string, Answer][] = [
    ['merged', at50((message) => frame(both(message)))],
    ['split', at50(halves)],
    ['corrupted', at50((message) => frame(twisted(message)))],
    ['duplicated', at50((message) => both(Buffer.from(frame(message))))],
    ['reordered', swapped()],
    ['malformed-reply', at50(() => Buffer.from('ffffffff', 'hex'))],
    ['lost-bytes', at50((message) => frame(message).subarray(0, 40))],
    ['hung', at50(() => null)],
    [
      'closed-early',
      at50((_, __, socket) => {
        socket.end()
        return null
      }),
    ],
    [
      'extra-bytes',
      (message, ordinal) =>
        ordinal === 110 ? Buffer.concat([frame(message), Buffer.from('!')]) : frame(message),
    ],
  ]
  for (const [symptom, answer] of faults) {
    test(symptom, async () => {
      // One in flight for what is only seen when nothing follows.
      const depth = symptom === 'hung' || symptom === 'extra-bytes' ? 1 : 4
      const outcome = await outcomeWith(answer, { loop: { kind: 'closed', depth }, ...STALLS })
      expect(outcome).toMatchObject({ kind: 'failed', symptom })
    })
  }

  test('lost-bytes where a reply stays away for good in its middle', async () => {
    const outcome = await outcomeWith(
      at50((message, ordinal) => frame(message).subarray(0, ordinal === 50 ? 40 : 64)),
      { loop: { kind: 'closed', depth: 1 }, ...STALLS },
    )
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'lost-bytes' })
  })

  test('duplicated where nothing is owed any more', async () => {
    const outcome = await outcomeWith((message, ordinal) =>
      ordinal === 110 ? both(Buffer.from(frame(message))) : frame(message),
    )
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'duplicated' })
  })

  test('cross-talk', async () => {
    const sockets: Socket<Served>[] = []
    const outcome = await outcomeWith(
      (message, ordinal, socket) => {
        if (ordinal === 1) sockets.push(socket)
        if (ordinal < 20 || sockets.length < 2) return frame(message)
        sockets.find((other) => other !== socket)!.write(frame(message))
        return null
      },
      { connections: 2, loop: { kind: 'closed', depth: 1 } },
    )
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'cross-talk' })
  })

  test('hung when it takes no more of a request', async () => {
    const address = serve(U32BE, (message, _, socket) => {
      socket.pause()
      return frame(message)
    })
    const outcome = await generate(planFor(address, { messageBytes: 1024 * 1024, ...STALLS }))
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'hung' })
  })

  test('merged and split without framing', async () => {
    await using subject = await startSubject('naive-recv', 'raw')
    const merged = await generate(planFor(subject.address, { framing: 'raw' }))
    expect(merged).toMatchObject({ kind: 'failed', symptom: 'merged' })
    const one = { framing: 'raw', loop: { kind: 'closed', depth: 1 } } as const
    const split = await generate(planFor(subject.address, { ...one, messageBytes: 500_000 }))
    expect(split).toMatchObject({ kind: 'failed', symptom: 'split' })
    const right = await generate(planFor(subject.address, one))
    expect(right).toMatchObject({ kind: 'measured', messages: 100 })
  })
})

describe('a run that ends before its time', () => {
  test('closed-early when the subject is killed', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const plan = planFor(subject.address, { measured: { durationMs: 15_000 } })
    const outcome = await generate(plan, { onMeasuring: () => void subject.signal('SIGKILL') })
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'closed-early' })
  })

  test('hung when the subject is stopped', async () => {
    await using subject = await startSubject('length-prefixed', 'u32be')
    const plan = planFor(subject.address, { measured: { durationMs: 15_000 }, ...STALLS })
    const outcome = await generate(plan, { onMeasuring: () => void subject.signal('SIGSTOP') })
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'hung' })
  })

  test('closed-early when nobody is there', async () => {
    const address = { transport: 'tcp', host: '127.0.0.1', port: 1 } as const
    const outcome = await generate(planFor(address))
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'closed-early' })
  })

  test('interrupted when it is aborted', async () => {
    const abort = new AbortController()
    const address = serve(U32BE, (message) => frame(message))
    const plan = planFor(address, { measured: { durationMs: 15_000 } })
    const run = generate(plan, { signal: abort.signal, onMeasuring: () => abort.abort() })
    await expect(run).rejects.toMatchObject({ code: 'interrupted' })
  })

  test('generator-failed, with what it said, when the plan makes no sense', async () => {
    const address = { transport: 'tcp', host: '127.0.0.1', port: 1 } as const
    const run = generate(planFor(address, { framing: 'u23be' }))
    const error = await run.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HarnessError)
    expect((error as HarnessError).code).toBe('generator-failed')
    expect((error as HarnessError).message).toContain('u23be')
  })
})

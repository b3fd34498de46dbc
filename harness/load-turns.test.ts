import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { HarnessError } from './errors.ts'
import { type Launched, launch } from './launch.ts'
import type { SlicePlan, TurnsOutcome, TurnsPlan } from './load-turns.ts'
import { StandingGenerator } from './standing-generator.ts'

const TURNS = 6
const SLICES = 5
const MESSAGES = 20

/** Echoes u32be, and spends so long on each message; ends itself behind so many. */
const server = (burnUs: number, messagesMax = 0): string => `
  const net = require("node:net")
  let served = 0
  net.createServer((socket) => {
    socket.setNoDelay(true)
    let held = Buffer.alloc(0)
    socket.on("error", () => {})
    socket.on("data", (chunk) => {
      held = Buffer.concat([held, chunk])
      while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
        const end = process.hrtime.bigint() + ${burnUs * 1_000}n
        while (process.hrtime.bigint() < end);
        if (++served === ${messagesMax}) process.exit(3)
        const frame = held.subarray(0, 4 + held.readUInt32BE(0))
        socket.write(frame)
        held = held.subarray(frame.length)
      }
    })
  }).listen(Number(process.env.PORT))`

const start = (program: string): Promise<Launched> =>
  launch({
    kind: 'exec',
    command: `node -e '${program}'`,
    readyPattern: null,
    transport: 'tcp',
  })

const planFor = ({ address, processGroup }: Launched, changes: Partial<SlicePlan> = {}) => ({
  address,
  framing: 'u32be',
  messageBytesMax: 1024,
  messageBytes: 64,
  connections: 1,
  loop: { kind: 'closed' as const, depth: 1 },
  warmUp: { messages: 50 },
  measured: { messages: MESSAGES },
  stallMs: 20_000,
  deadlineMs: 30_000,
  subjectProcessGroup: processGroup,
  seed: 7,
  ...changes,
})

let generator: StandingGenerator
beforeAll(async () => {
  generator = await StandingGenerator.start(0)
})
afterAll(() => generator.stop())

const run = (plans: TurnsPlan['plans'], signal = new AbortController().signal) =>
  generator.runTurns({ kind: 'turns', plans, turns: TURNS, slices: SLICES, seed: 1 }, signal)

const turnsOf = (outcome: TurnsOutcome) => {
  if (outcome.kind === 'failed') throw new Error(outcome.detail)
  return outcome.turns
}

describe('two subjects', () => {
  test('each turn holds all slices of both: messages, their time, and CPU time', async () => {
    const [quick, slow] = await Promise.all([start(server(0)), start(server(2_000))])
    const plans = [planFor(quick), planFor(slow)]
    const [ofQuick, ofSlow] = turnsOf(await run(plans))
    expect(ofQuick).toHaveLength(TURNS)
    expect(ofSlow).toHaveLength(TURNS)
    for (const turn of [...ofQuick!, ...ofSlow!]) {
      expect(turn.messages).toBe(SLICES * MESSAGES)
      expect(turn.latencyNsP50).toBeWithin(1, turn.latencyNsP99 + 1)
    }
    for (const turn of ofSlow!) {
      // The clock decides how long it takes, so no other load makes it less.
      expect(turn.durationNs).toBeGreaterThan(SLICES * MESSAGES * 2e6)
      expect(turn.latencyNsP50).toBeGreaterThan(2e6)
      expect(turn.cpuNs!).toBeGreaterThan(0)
    }
    // Time is that of a subject's own slices, not of the turn.
    for (const [index, turn] of ofQuick!.entries()) {
      expect(turn.durationNs).toBeLessThan(ofSlow![index]!.durationNs)
    }
    await Promise.all([quick.kill(), slow.kill()])
  })

  test('one fails in the middle: it is named, and the generator serves on', async () => {
    const [right, dying] = await Promise.all([start(server(0)), start(server(0, 130))])
    const outcome = await run([planFor(right), planFor(dying)])
    expect(outcome).toMatchObject({ kind: 'failed', symptom: 'closed-early', plan: 1 })
    const swapped = await run([planFor(dying), planFor(right)])
    expect(swapped).toMatchObject({ kind: 'failed', plan: 0 })
    expect(turnsOf(await run([planFor(right)]))).toHaveLength(1)
    await Promise.all([right.kill(), dying.kill()])
  })

  test('an open loop: each message has a time at which it is due', async () => {
    const subject = await start(server(0))
    const loop = { kind: 'open', ratePerSecond: 2_000 } as const
    const [turns] = turnsOf(await run([planFor(subject, { loop })]))
    for (const { messages, durationNs } of turns!) {
      expect(messages).toBe(SLICES * MESSAGES)
      // The first of a slice is due at once, the last behind 19 intervals.
      expect(durationNs).toBeGreaterThan(SLICES * 19 * 5e5)
    }
    await subject.kill()
  })

  test('an open loop, each message on a connection of its own: late ones wait', async () => {
    const subject = await start(server(300))
    // Due more often than a connection and its reply take: nobody is left without a reply.
    const plan = {
      loop: { kind: 'open', ratePerSecond: 2_500 },
      manner: { reconnect: true },
    } as const
    const [turns] = turnsOf(await run([planFor(subject, plan)]))
    for (const { messages } of turns!) expect(messages).toBe(SLICES * MESSAGES)
    await subject.kill()
  })

  test('interrupted: nothing is waited for', async () => {
    const subject = await start(server(2_000))
    const interrupted = new AbortController()
    const running = run([planFor(subject)], interrupted.signal)
    interrupted.abort()
    const error = await running.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HarnessError)
    expect((error as HarnessError).code).toBe('interrupted')
    await subject.kill()
  })
})

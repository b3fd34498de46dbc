import { describe, expect, test } from 'bun:test'
import type { Contender, Pass } from './contender.ts'
import type { MicroCase } from './micro-case.ts'
import { own } from './micro-case.ts'
import { MICRO_CASES } from './registry.ts'
import type { MicroRow } from './result.ts'
import { type Rounds, rowsOf } from './rows.ts'
import { runMicroCases } from './run.ts'
import { runContender } from './run-contender.ts'
import { cut, makeTape, type Tape } from './tape.ts'
import { MICRO_SMOKE } from './testing.ts'

const run = (cases: readonly MicroCase[], signal?: AbortSignal): Promise<MicroRow[]> =>
  runMicroCases({
    cases,
    extents: MICRO_SMOKE,
    versionOf: () => '1.2.3',
    ...(signal && { signal }),
  })

describe.each(MICRO_CASES.map((microCase) => [microCase.id, microCase] as const))(
  '%s',
  (id, microCase) => {
    test('every contender delivers what was sent, and gets a number', async () => {
      const rows = await run([microCase])
      expect(rows.map(({ contender }) => contender)).toEqual(
        microCase.contenders.map(({ label }) => label),
      )
      for (const row of rows) {
        expect(row).toMatchObject({ name: id, wrong: null })
        expect(row.framesPerSecond).toBeGreaterThan(0)
        expect(row.spread).toEqual({ low: row.framesPerSecond!, high: row.framesPerSecond! })
        expect(row.bytesPerSecond).toBe(row.framesPerSecond! * row.frameBytes)
        if (row.peer !== null) expect(row.peer).toMatch(/^.+@\d+\.\d+\.\d+$/)
      }
      const [first, ...others] = rows
      expect(first!.ratioToPeer).toBe(null)
      for (const { framesPerSecond, ratioToPeer } of others) {
        expect(ratioToPeer!.value).toBeCloseTo(first!.framesPerSecond! / framesPerSecond!)
      }
    })
  },
)

describe('a contender that is wrong gets no number', () => {
  const plan = {
    case: '',
    contender: '',
    frames: 10,
    frameBytes: 8,
    warmUpMs: 0,
    measuredMs: 0,
  }
  const outcomeOf = (open: Contender['open'], makes: MicroCase['makes'] = 'messages') => {
    const contender = own('wrong', { framing: 'u8', delivers: 'copy', open })
    const microCase: MicroCase = { id: '', tool: 'mitata', makes, ...plan, contenders: [contender] }
    return runContender(microCase, contender, plan)
  }
  const delivering =
    (made: (tape: Tape) => Uint8Array[]) =>
    (tape: Tape): Pass =>
    (kept) =>
      kept === null ? 0 : kept.push(...made(tape))

  test('one message less', async () => {
    const { framesPerSecond, wrong } = await outcomeOf(
      delivering(({ messages }) => messages.slice(1)),
    )
    expect(framesPerSecond).toBe(null)
    expect(wrong).toBe('9 messages instead of 10')
  })

  test('two in the wrong order', async () => {
    const swapped = delivering(({ messages: [first, second, ...rest] }) => [
      second!,
      first!,
      ...rest,
    ])
    expect((await outcomeOf(swapped)).wrong).toBe('message 0 is another')
  })

  test('another stream', async () => {
    const made = delivering(({ stream }) => [stream.subarray(1)])
    expect((await outcomeOf(made, 'stream')).wrong).toBe('another stream')
  })

  test('only when it has run for a while', async () => {
    let passes = 0
    const tiring = delivering(({ messages }) => (passes++ === 0 ? [...messages] : []))
    expect((await outcomeOf(tiring)).wrong).toBe('afterwards: 0 messages instead of 10')
  })
})

describe('rounds', () => {
  const entry = (
    label: string,
    framesPerSecond: (number | null)[],
    more: Partial<Contender> = {},
    wrong: string | null = null,
  ): Rounds => ({
    contender: own(label, { framing: 'u8', delivers: 'copy', open: () => () => 0, ...more }),
    framesPerSecond,
    wrong,
  })
  const rows = (...entries: Rounds[]): MicroRow[] =>
    rowsOf({ id: 'decode', frameBytes: 10 }, entries, () => '1.2.3')

  test('medians, ratios within each round, and what is wanted', () => {
    const wanted = { ratio: 3, text: 'at least three times' }
    const [ours, theirs] = rows(
      entry('ours', [100, 20, 90]),
      // While the machine was slow, both were: the ratio stays.
      entry('theirs', [25, 5, 30], { peer: 'theirs', wanted }),
    )
    expect(ours).toMatchObject({
      framesPerSecond: 90,
      bytesPerSecond: 900,
      spread: { low: 20, high: 100 },
      ratioToPeer: null,
      peer: null,
      targets: [],
    })
    expect(theirs).toMatchObject({
      framesPerSecond: 25,
      peer: 'theirs@1.2.3',
      ratioToPeer: { value: 4, low: 3, high: 4 },
      targets: [{ text: 'at least three times', wanted: 3, reached: 4, met: true }],
    })
  })

  test('a target that is missed says so', () => {
    const wanted = { ratio: 5, text: 'at least five times' }
    const [, theirs] = rows(entry('ours', [80]), entry('theirs', [20], { wanted }))
    expect(theirs!.targets).toEqual([
      { text: 'at least five times', wanted: 5, reached: 4, met: false },
    ])
  })

  test('what was wrong once has no number, and nobody is compared with it', () => {
    const wanted = { ratio: 5, text: 'at least five times' }
    const [ours, theirs] = rows(
      entry('ours', [80, null], {}, 'message 3 is another'),
      entry('theirs', [20, 20], { wanted }),
    )
    expect(ours).toMatchObject({ framesPerSecond: null, bytesPerSecond: null, spread: null })
    expect(theirs).toMatchObject({ framesPerSecond: 20, ratioToPeer: null, targets: [] })
  })

  test('interrupted: what there is is kept', async () => {
    const [ours, theirs] = rows(entry('ours', [80, 90]), entry('theirs', [20]))
    expect(ours!.framesPerSecond).toBe(85)
    expect(theirs!.ratioToPeer).toEqual({ value: 4, low: 4, high: 4 })
    const none = await run(MICRO_CASES.slice(0, 1), AbortSignal.abort())
    expect(none.map(({ framesPerSecond }) => framesPerSecond)).toEqual(none.map(() => null))
  })
})

describe('tapes', () => {
  test('messages differ, frames straddle chunks, equal chunks share memory', () => {
    const { messages, stream, chunks } = makeTape({
      framing: 'u16be',
      frames: 50,
      frameBytes: 20,
      chunkBytes: 64,
    })
    expect(new Set(messages.map((message) => message.toString())).size).toBe(50)
    expect(Buffer.concat(chunks).equals(stream)).toBe(true)
    const [first, second, third] = cut(Buffer.from('aabbbb'), 2)
    expect([first, second].map(String)).toEqual(['aa', 'bb'])
    expect(third).toBe(second!)
  })

  test('a long message comes in equal chunks', () => {
    const tape = makeTape({ framing: 'u32le', frames: 1, frameBytes: 65_536, chunkBytes: 1024 })
    expect(tape.chunks.length).toBe(65)
    expect(new Set(tape.chunks).size).toBe(3)
  })
})

import { describe, expect, test } from 'bun:test'
import { concat, text } from './reference/framing.ts'
import { md5 } from './reference/json-header.ts'
import { referenceFor } from './reference/registry.ts'
import { Transcript } from './transcript.ts'

const U32BE = referenceFor('u32be')!
const RAW = referenceFor('raw')!

/** What a server that took `messages` for the messages answers. */
const receipts = (...messages: readonly string[]): Uint8Array =>
  text(messages.map((one, i) => `${i + 1} ${one.length} ${md5(text(one))}\n`).join(''))

/** The symptom after these messages were owed and these reads came. */
function symptomOf(
  service: string,
  framing: typeof U32BE,
  owed: readonly string[],
  reads: readonly Uint8Array[],
): string | null {
  const transcript = new Transcript(framing, service)
  transcript.owing(owed.map(text))
  transcript.collect(reads)
  return transcript.difference()?.symptom ?? null
}

const frames = (...messages: readonly string[]): Uint8Array =>
  concat(messages.map((message) => U32BE.frame(text(message))))

describe('replies', () => {
  test('are the same however they were read', () => {
    const stream = frames('hello', '', 'world')
    const bytewise = Array.from(stream, (byte) => Uint8Array.of(byte))
    expect(symptomOf('echo', U32BE, ['hello', '', 'world'], bytewise)).toBeNull()
    expect(symptomOf('echo', U32BE, ['hello', '', 'world'], [stream])).toBeNull()
  })

  test('of the upper service are owed in upper case', () => {
    expect(symptomOf('upper', U32BE, ['Hello, é'], [frames('HELLO, é')])).toBeNull()
    expect(symptomOf('upper', U32BE, ['hello'], [frames('hello')])).toBe('corrupted')
  })

  test('that are no frames are malformed', () => {
    const reads = [Uint8Array.of(0xff, 0xff, 0xff, 0xff)]
    const i32 = referenceFor('i32le')!
    expect(symptomOf('echo', i32, ['hello'], reads)).toBe('malformed-reply')
  })

  test('are counted, in messages and in bytes', () => {
    const transcript = new Transcript(U32BE, 'echo')
    transcript.owing([text('hello'), text('world')])
    const came = frames('hello').length + 3
    transcript.collect([frames('hello', 'world').subarray(0, came)])
    expect(transcript.partialBytes).toBe(3)
    expect(transcript.isComplete).toBe(false)
    expect(transcript.tally(came)).toBe('1 of 2 replies came, 12 of 18 bytes (6 bytes missing).')
  })
})

describe('receipts say what the server took for a message', () => {
  const owed = ['hello', 'world', '!']

  test('each of them: all is well', () => {
    expect(symptomOf('receipt', RAW, owed, [receipts(...owed)])).toBeNull()
  })

  test('two for one', () => {
    expect(symptomOf('receipt', RAW, owed, [receipts('helloworld', '!')])).toBe('merged')
  })

  test('one for two', () => {
    expect(symptomOf('receipt', RAW, owed, [receipts('hel', 'lo', 'world')])).toBe('split')
  })

  test('one that was never sent', () => {
    expect(symptomOf('receipt', RAW, owed, [receipts('jello')])).toBe('corrupted')
  })

  test('in framed replies as well', () => {
    const framed = concat(owed.map((_, i) => U32BE.frame(lineOf(receipts(...owed), i))))
    expect(symptomOf('receipt', U32BE, owed, [framed])).toBeNull()
  })
})

const lineOf = (lines: Uint8Array, index: number): Uint8Array =>
  text(`${new TextDecoder().decode(lines).split('\n')[index]}\n`)

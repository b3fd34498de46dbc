import { describe, expect, test } from 'bun:test'
import { firstDifference, sameBytes } from './compare-messages.ts'
import type { Symptom } from './result.ts'

const bytes = (...messages: readonly string[]): Uint8Array[] =>
  messages.map((message) => new TextEncoder().encode(message))

const OWED = ['hello', 'world', 'third', '', 'last']

test('all that is owed, or the first part of it, is no difference', () => {
  for (let count = 0; count <= OWED.length; count++) {
    expect(firstDifference(bytes(...OWED), bytes(...OWED.slice(0, count)))).toBeNull()
  }
})

describe('what came instead has a name', () => {
  const table: [Symptom, string, string[], string[]][] = [
    ['merged', 'two in one', OWED, ['helloworld', 'third', '', 'last']],
    ['merged', 'three in one, behind a right one', OWED, ['hello', 'worldthird']],
    ['merged', 'one and a part of the next', OWED, ['hellowor', 'ld']],
    ['split', 'one in two', OWED, ['hel', 'lo', 'world']],
    ['split', 'one in three, behind a right one', OWED, ['hello', 'w', 'or', 'ld']],
    ['split', 'the first part alone', OWED, ['hell']],
    ['reordered', 'two that changed places', OWED, ['world', 'hello', 'third']],
    ['reordered', 'one that came much later', OWED, ['hello', 'third', '', 'last', 'world']],
    ['lost-messages', 'the next in its place', OWED, ['hello', 'third', '', 'last']],
    ['lost-messages', 'an empty one is missing', OWED, ['hello', 'world', 'third', 'last']],
    ['duplicated', 'the one before, again', OWED, ['hello', 'hello', 'world']],
    ['duplicated', 'one that is owed once more later', ['a', 'b', 'a'], ['a', 'a', 'b', 'a']],
    ['duplicated', 'one that was owed, behind the end', ['a', 'b'], ['a', 'b', 'a']],
    ['corrupted', 'as long, other bytes', OWED, ['hellO']],
    ['corrupted', 'neither longer nor shorter of the same', OWED, ['goodbye']],
    ['extra-bytes', 'one that nobody is owed', ['a'], ['a', 'x']],
    ['extra-bytes', 'one that is longer, in its place', ['a', 'b'], ['a', 'bx']],
    ['extra-bytes', 'an empty one in front of the right one', ['a', 'b'], ['', 'a', 'b']],
  ]
  test.each(table)('%s: %s', (symptom, _, owed, came) => {
    expect(firstDifference(bytes(...owed), bytes(...came))?.symptom).toBe(symptom)
  })
})

test('an empty message and the one behind it are not two stuck together', () => {
  const difference = firstDifference(bytes('a', '', 'b'), bytes('a', 'b'))
  expect(difference?.symptom).toBe('lost-messages')
})

test('the detail shows both, short and in a form that can be read', () => {
  const owed = [new Uint8Array(1_048_576).fill(0x61)]
  const came = [Uint8Array.of(0, 1, 0xff)]
  expect(firstDifference(owed, came)?.detail).toMatch(
    /^reply 1 should be 1,048,576 bytes "a{10,30} …" and is 3 bytes 00 01 ff\.$/,
  )
  expect(firstDifference(bytes('x'), bytes(''))?.detail).toBe(
    'reply 1 should be 1 byte "x" and is an empty message.',
  )
})

test('a byte that is wrong behind what is shown is named by its place', () => {
  const owed = new Uint8Array(100_000).fill(0x61)
  const came = owed.slice()
  came[65_536] = 0xff
  const detailOf = (reply: Uint8Array) => firstDifference([owed], [reply])?.detail
  expect(detailOf(came)).toEndWith(
    ' They differ from offset 65,536 on (1 byte in all): ff 61 61 61 instead of 61 61 61 61.',
  )
  expect(detailOf(owed.subarray(0, 99_998))).toEndWith(
    ' They differ from offset 99,998 on: the end instead of 61 61.',
  )
})

test('the same bytes are the same wherever they lie', () => {
  const whole = Uint8Array.of(1, 2, 3, 1, 2, 3)
  expect(sameBytes(whole.subarray(0, 3), whole.subarray(3))).toBe(true)
  expect(sameBytes(whole.subarray(0, 3), whole.subarray(2, 5))).toBe(false)
  expect(sameBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true)
})

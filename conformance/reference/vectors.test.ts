/** The suite's own reading of the framings against the golden bytes, in both directions. */
import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, type ReferenceFraming } from './framing.ts'
import { referenceFor } from './registry.ts'

interface Vector {
  framing: string
  name: string
  messagesHex: string[]
  wireHex: string
}
interface VectorFile {
  roundTrip?: Vector[]
  decode?: Vector[]
}

const FOLDER = join(import.meta.dir, '../../wire/vectors')
const FILES = readdirSync(FOLDER).map(
  (name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as VectorFile,
)
const WRITTEN = FILES.flatMap(({ roundTrip }) => roundTrip ?? [])
const READ = [...WRITTEN, ...FILES.flatMap(({ decode }) => decode ?? [])]

const titled = (vectors: readonly Vector[]) =>
  vectors
    .filter(({ framing }) => referenceFor(framing))
    .map((vector) => [`${vector.framing}: ${vector.name}`, vector] as const)

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Every message that `parse` finds, and where it stopped. */
function parseAll(reference: ReferenceFraming, bytes: Uint8Array) {
  const messages: string[] = []
  let at = 0
  for (;;) {
    const parsed = reference.parse(bytes, at)
    if (parsed === 'need-more') return { messages, at }
    messages.push(hexOf(parsed.message))
    at = parsed.next
  }
}

test('every framing that has golden bytes can be judged, but where messages keep the header', () => {
  const unknown = READ.filter(({ framing }) => !referenceFor(framing))
  expect(unknown.filter(({ framing }) => !/^length-field\?(?!.*strip)/.test(framing))).toEqual([])
  expect(WRITTEN.length).toBeGreaterThan(150)
})

describe('frame', () => {
  test.each(titled(WRITTEN))('%s', (_, { framing, messagesHex, wireHex }) => {
    const reference = referenceFor(framing)!
    const messages = messagesHex.map(bytesOf)
    // What golden bytes are made of can be carried: adapting changes nothing.
    for (const message of messages) expect(hexOf(reference.adapt(message))).toBe(hexOf(message))
    const frames = messages.map((message) => reference.frame(message))
    expect(hexOf(concat(frames))).toBe(wireHex)
  })
})

describe('parse', () => {
  test.each(titled(READ))('%s', (_, { framing, messagesHex, wireHex }) => {
    const wire = bytesOf(wireHex)
    expect(parseAll(referenceFor(framing)!, wire).messages).toEqual(messagesHex)
  })

  test.each(titled(READ))('%s: a part is never more than the whole', (_, vector) => {
    const reference = referenceFor(vector.framing)!
    const wire = bytesOf(vector.wireHex)
    for (let end = 0; end < wire.length; end++) {
      const { messages } = parseAll(reference, wire.slice(0, end))
      expect(messages).toEqual(vector.messagesHex.slice(0, messages.length))
    }
  })
})

describe('announce is the header of a frame', () => {
  const announcing = ['u8', 'u16be', 'u24le', 'u32be', 'u64le', 'i32le', 'varint', 'netstring']
  test.each(announcing)('%s', (framing) => {
    const reference = referenceFor(framing)!
    for (const length of [0, 1, 5, 127, 200]) {
      const message = new Uint8Array(length).fill(0x61)
      const header = reference.announce(BigInt(length))!
      expect(hexOf(reference.frame(message).slice(0, header.length))).toBe(hexOf(header))
      expect(reference.headerBytes(message)).toBe(header.length)
    }
  })

  test.each([
    ['u8', 256n],
    ['u16le', 65_536n],
    ['u32be', 2n ** 32n],
    ['i32le', 2n ** 31n],
    ['u64be', 2n ** 64n],
  ])('%s cannot announce %p', (framing, length) => {
    expect(referenceFor(framing)!.announce(length)).toBeNull()
    expect(referenceFor(framing)!.announce(length - 1n)).not.toBeNull()
  })
})

/**
 * A length in front of every message: the receiver knows how much to wait for.
 * `length-prefixed` writes every byte; `length-prefixed-send` writes once and hopes.
 */
import { defineFramedServer, defineTornServer } from '../framed-server.ts'

/** `i32le` first: what the lessons' `struct.pack('i', n)` writes. */
const FRAMINGS = [
  'i32le', 'i32be', 'u8', 'u16be', 'u16le', 'u24be', 'u24le', 'u32be', 'u32le', 'u64be', 'u64le',
] as const // biome-ignore format: a table

export const lengthPrefixed = defineFramedServer({
  id: 'length-prefixed',
  summary: 'Fixed-width length, then the message; every byte is written',
  framings: FRAMINGS,
})

export const lengthPrefixedSend = defineTornServer({
  id: 'length-prefixed-send',
  summary:
    'Fixed-width length, but short writes are ignored: what did not fit is lost. Wrong by design',
  framings: FRAMINGS,
  ledger: new URL('./ledger-send.json', import.meta.url),
})

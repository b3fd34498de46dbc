/**
 * A JSON object in front of every message, itself length-prefixed: size, digest, file name.
 * `json-header` writes every byte; `json-header-send` writes once and hopes.
 */
import { defineFramedServer, defineTornServer } from '../framed-server.ts'

const FRAMINGS = ['json-header', 'json-header?digest=none'] as const

export const jsonHeader = defineFramedServer({
  id: 'json-header',
  summary: 'A JSON header with size and md5, then the message; every byte is written',
  framings: FRAMINGS,
})

export const jsonHeaderSend = defineTornServer({
  id: 'json-header-send',
  summary: 'A JSON header, but short writes are ignored: what did not fit is lost. Wrong by design',
  framings: FRAMINGS,
  ledger: new URL('./ledger-send.json', import.meta.url),
})

/** Requests and the replies that a server that does not echo has to give to them. */
import * as v from 'valibot'
import type { Exchange } from '../conformance/service.ts'
import { UsageError } from './errors.ts'
import { readJson } from './json-file.ts'

const Hex = v.pipe(
  v.string(),
  v.regex(/^(\s*[0-9a-fA-F]{2})*\s*$/, 'hex has two digits a byte, as in "68 69" or "6869"'),
)
const Message = v.union(
  [v.string(), v.strictObject({ hex: Hex }), v.strictObject({ text: v.string() })],
  'a message is a text, {"hex": "68 69"} or {"text": "hi"}',
)

export const Exchanges = v.pipe(
  v.array(v.strictObject({ request: Message, reply: Message })),
  v.nonEmpty('there has to be one exchange at least'),
)

type ExchangeRecords = v.InferOutput<typeof Exchanges>
export type ExchangesOption = string | ExchangeRecords

/** A file's name, or what such a file holds; nothing for a server that echoes. */
export function exchangesOf(option: ExchangesOption | undefined): Exchange[] {
  if (option === undefined) return []
  const records = typeof option === 'string' ? readExchanges(option) : option
  return records.map(({ request, reply }) => ({
    request: bytesOf(request),
    reply: bytesOf(reply),
  }))
}

function readExchanges(path: string): ExchangeRecords {
  const parsed = v.safeParse(Exchanges, readJson(path, `The file of exchanges ${path}`))
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  const where = v.getDotPath(issue) ?? 'its top'
  throw new UsageError(
    `The exchanges ${path} are wrong at ${where}: ${issue.message}. ` +
      'Write [{"request": "ping", "reply": "pong"}, {"request": {"hex": "00ff"}, "reply": "ok"}].',
  )
}

function bytesOf(message: v.InferOutput<typeof Message>): Uint8Array {
  if (typeof message === 'string') return new TextEncoder().encode(message)
  if ('text' in message) return new TextEncoder().encode(message.text)
  return Uint8Array.from(Buffer.from(message.hex.replaceAll(/\s/g, ''), 'hex'))
}

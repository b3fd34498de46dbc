/** What a server does with a message, apart from how it was framed. */
import { createHash } from 'node:crypto'
import { strftime, TimeFormatError } from '../posix/strftime.ts'
import type { Service } from './contract.ts'

/**
 * Answers one message. `message` may be changed in place and returned: the connection has no
 * further use for it. `ordinal` counts the connection's messages from 1. Null: no answer.
 */
export type Handler = (message: Uint8Array, ordinal: number) => Uint8Array | null

const LOWER_A = 0x61
const LOWER_Z = 0x7a
const CASE_BIT = 0x20

/** Upper case for the 26 ASCII letters; every other byte stays what it is. */
function upper(message: Uint8Array): Uint8Array {
  for (let i = 0; i < message.length; i++) {
    const byte = message[i]!
    if (byte >= LOWER_A && byte <= LOWER_Z) message[i] = byte - CASE_BIT
  }
  return message
}

/**
 * `3 5 5d41402abc4b2a76b9719d911017c592` and a line feed: the third message had 5 bytes with this
 * md5. The client sees the boundaries that the server saw, even without framing in the reply.
 */
function receipt(message: Uint8Array, ordinal: number): Uint8Array {
  const digest = createHash('md5').update(message).digest('hex')
  return new TextEncoder().encode(`${ordinal} ${message.length} ${digest}\n`)
}

const TIME_FORMAT = new TextEncoder().encode('%Y-%m-%d %X')

/** Local time in the message's format (strftime's); an empty one asks for date and time. */
function time(message: Uint8Array): Uint8Array {
  try {
    return strftime(message.length > 0 ? message : TIME_FORMAT)
  } catch (error) {
    if (!(error instanceof TimeFormatError)) throw error
    return new TextEncoder().encode(`framegate: ${error.message}`)
  }
}

/** The message itself: whoever knows that needs no view of it. */
export const ECHO: Handler = (message) => message

const HANDLERS: Record<DirectService, Handler> = {
  echo: ECHO,
  upper,
  receipt,
  time,
  sink: () => null,
}

/** Answers at once. Commands take their time: see exec.ts. */
export type DirectService = Exclude<Service, 'exec'>

export const handlerOf = (service: DirectService): Handler => HANDLERS[service]

/** What a subject answers: services as the suite understands them, and the exchanges of others. */
import { sameBytes } from './compare-messages.ts'
import type { ReferenceFraming } from './reference/framing.ts'
import { Unsupported } from './verdict.ts'

/** What a server that does not echo answers to one request. */
export interface Exchange {
  request: Uint8Array
  reply: Uint8Array
}

/** Small messages of a case stand for any message: any request may take their place. */
const SMALL_BYTES = 64

/** What the lesson of datagrams answers to everything. */
const GREETING = new TextEncoder().encode('hi')

/** What the reply to this message has to be. `receipt` is resolved by its book instead. */
export function replyTo(
  message: Uint8Array,
  service: string,
  exchanges: readonly Exchange[],
): Uint8Array {
  if (service === 'upper') return upperCase(message)
  if (service === 'greeting') return GREETING
  if (service !== 'exchanges') return message
  const found = exchanges.find(({ request }) => sameBytes(request, message))
  if (found) return found.reply
  throw new Unsupported('sends a message of its own, which is no request of the exchanges')
}

/**
 * The framing of requests for a subject that answers in another framing, or that answers nothing
 * but certain requests: the messages of cases are replaced by ones that it can answer.
 */
export function requestFraming(
  framing: ReferenceFraming,
  replyFraming: ReferenceFraming,
  exchanges: readonly Exchange[],
): ReferenceFraming {
  if (exchanges.length > 0) return framingOfExchanges(framing, exchanges)
  if (replyFraming === framing) return framing
  return {
    ...framing,
    carriesEmpty: framing.carriesEmpty && replyFraming.carriesEmpty,
    messageBytesMax: Math.min(framing.messageBytesMax, replyFraming.messageBytesMax),
    adapt: (message) => carriedByBoth(message, framing, replyFraming),
  }
}

/**
 * For the service `time` messages of cases are replaced by formats without a directive, which come
 * back as they are. An empty one asks for the time: none of them is empty.
 */
export function framingForService(framing: ReferenceFraming, service: string): ReferenceFraming {
  if (service !== 'time') return framing
  return {
    ...framing,
    carriesEmpty: false,
    adapt: (message) => framing.adapt(message.length > 0 ? message.map(asLetter) : LETTER),
  }
}

const LETTER = Uint8Array.of(0x40)

/** A letter or a sign for each byte: neighbours stay apart, and none is a percent sign. */
const asLetter = (byte: number): number => 0x40 + (byte & 0x3f)

function carriedByBoth(
  message: Uint8Array,
  framing: ReferenceFraming,
  replyFraming: ReferenceFraming,
): Uint8Array {
  const adapted = framing.adapt(replyFraming.adapt(framing.adapt(message)))
  if (sameBytes(replyFraming.adapt(adapted), adapted)) return adapted
  throw new Unsupported(
    `sends a message that ${framing.id} and ${replyFraming.id} cannot both carry`,
  )
}

function framingOfExchanges(
  framing: ReferenceFraming,
  exchanges: readonly Exchange[],
): ReferenceFraming {
  const requests = exchanges.map(({ request }) => request)
  const longest = Math.max(...requests.map(({ length }) => length))
  return {
    ...framing,
    carriesEmpty: framing.carriesEmpty && requests.some(({ length }) => length === 0),
    adapt(message) {
      if (requests.some((request) => sameBytes(request, message))) return message
      if (message.length <= Math.max(longest, SMALL_BYTES)) return standIn(message, requests)
      throw new Unsupported(
        `needs a request of ${message.length} bytes; the longest of the exchanges has ${longest}`,
      )
    },
  }
}

/** The same request for the same message; another one for a neighbour that differs in its end. */
function standIn(message: Uint8Array, requests: readonly Uint8Array[]): Uint8Array {
  const filled = requests.filter(({ length }) => length > 0)
  const choices = message.length > 0 && filled.length > 0 ? filled : requests
  const sum = message.reduce((sum, byte) => (sum * 4 + byte) % 0x1_0000_0000, 0)
  return choices[sum % choices.length]!
}

function upperCase(message: Uint8Array): Uint8Array {
  return message.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte))
}

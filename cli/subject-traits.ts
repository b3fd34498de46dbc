/** What the options say of a subject, in the terms of the suite. Throws UsageError. */
import type { SubjectTraits } from '../conformance/case.ts'
import { referenceFor } from '../conformance/reference/registry.ts'
import type { SubjectRecord } from '../conformance/result.ts'
import { framingForService, requestFraming } from '../conformance/service.ts'
import type { Transport } from '../posix/address.ts'
import { MESSAGE_BYTES_MAX_DEFAULT } from '../wire/framing.ts'
import { parseFraming } from '../wire/registry.ts'
import { UsageError } from './errors.ts'
import { exchangesOf } from './exchanges.ts'
import type { SubjectOptions } from './subjects.ts'

/** What is asked of a subject's framing and service, its defaults filled in. */
export interface Asked {
  framing: string
  responseFraming: string
  service: string
  transport: Transport
  started: boolean
  ours: boolean
}

export function traitsFor(asked: Asked, options: SubjectOptions): SubjectTraits {
  const { transport, service, started, ours } = asked
  const request = judged(asked.framing, options)
  const response = judged(asked.responseFraming, options)
  const isAsked = asked.responseFraming === asked.framing
  const replyFraming = isAsked ? request.reference : response.reference
  const exchanges = exchangesOf(options.exchanges)
  return {
    framing: framingForService(requestFraming(request.reference, replyFraming, exchanges), service),
    transport,
    service,
    // An unlisted request has no reply that could be too long for the framing of replies.
    messageBytesMax:
      exchanges.length > 0
        ? request.messageBytesMax
        : Math.min(request.messageBytesMax, response.messageBytesMax),
    started,
    ours,
    ...(isAsked ? {} : { replyFraming }),
    ...(exchanges.length > 0 ? { exchanges } : {}),
    ...(options.singleConnection ? { singleConnection: true } : {}),
    ...(options.pipelining === false ? { pipelining: false } : {}),
  }
}

/** The suite's reading of a framing, and the largest message it is asked to carry. */
export function judged(framing: string, options: Pick<SubjectOptions, 'maxFrame'>) {
  // The codec's reading of the options, so that a misspelt framing is refused here.
  const { messageBytesMax } = parseFraming(framing, {
    messageBytesMax: options.maxFrame ?? MESSAGE_BYTES_MAX_DEFAULT,
  })
  const reference = referenceFor(framing)
  if (!reference) {
    throw new UsageError(`The conformance suite cannot judge the framing "${framing}" yet.`)
  }
  const bound = Math.min(messageBytesMax, reference.messageBytesMax)
  return { reference, messageBytesMax: bound }
}

export const recordOf = (
  name: string,
  { framing, responseFraming, service, transport }: Omit<Asked, 'started' | 'ours'>,
  { messageBytesMax }: SubjectTraits,
  { maxFrame }: SubjectOptions,
): SubjectRecord => ({
  name,
  framing,
  ...(responseFraming === framing ? {} : { responseFraming }),
  service,
  maxFrame: maxFrame ?? messageBytesMax,
  transport,
})

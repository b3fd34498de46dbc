/** How a visit ended, held against how it had to end. Throws CaseFailure; returning is a pass. */
import type { Ended } from '../../harness/launch.ts'
import { firstDifference } from '../compare-messages.ts'
import type { ReferenceFraming } from '../reference/framing.ts'
import type { ReplyReader } from '../reply-reader.ts'
import type { Symptom } from '../result.ts'
import { CaseFailure } from '../verdict.ts'
import type { Printed } from './printed.ts'

export interface ClientEvidence {
  framing: ReferenceFraming
  /** Messages that it was given, as far as they had to be sent. */
  requests: readonly Uint8Array[]
  heard: Pick<ReplyReader, 'messages' | 'malformed' | 'partialBytes'>
  /** Bytes of a request that has begun and is not complete. */
  lastBytes(): Uint8Array
  /** Bytes that it sent in all. */
  heardBytes: number
  /** True where replies came before their requests: it may end before it has sent them all. */
  mayBeUnsent: boolean
  /** Replies that came whole. */
  owed: readonly Uint8Array[]
  printed(): Printed
  /** Null when it did not end by itself. */
  ended: Ended | null
  /** It used the CPU all the time instead of waiting. */
  spun: boolean
  /** The end of its standard error. */
  said: string
  flooded: boolean
}

/** Why it has to fail: the stream was cut off, or what came had to be refused. */
export type Refusal = 'cut' | 'refused'

/** What a shell makes of the signals that end a program which has gone wrong. */
const DEADLY: Readonly<Record<number, string>> = {
  132: 'SIGILL',
  133: 'SIGTRAP',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  141: 'SIGPIPE',
}
const SAID_CHARACTERS_MAX = 1_000
const SHOWN_BYTES = 16

export function judgeSuccess(evidence: ClientEvidence): void {
  const { owed, ended, requests, heard, mayBeUnsent } = evidence
  throwIfRequestsWrong(evidence)
  throwIfCrashed(evidence)
  const printed = printedOf(evidence)
  throwIfDifferent(evidence, printed)
  const tally = `It printed ${printed.length} of ${owed.length} replies`
  if (!ended) throwAsHung(evidence, printed)
  if (ended!.code !== 0) {
    const symptom = printed.length === owed.length ? 'exit-code' : 'rejected'
    throw new CaseFailure(symptom, `${tally} and ${endOf(evidence)}.${saidBy(evidence)}`)
  }
  if (heard.messages.length < requests.length && !mayBeUnsent)
    throwAsUnsent(evidence, `${endOf(evidence)}.`)
  if (printed.length === owed.length) return
  throw new CaseFailure('lost-messages', `${tally} and ${endOf(evidence)} all the same.`)
}

export function judgeFailure(evidence: ClientEvidence, what: string, refusal: Refusal): void {
  throwIfRequestsWrong(evidence)
  throwIfCrashed(evidence)
  const printed = printedOf(evidence)
  const { owed, ended, spun } = evidence
  const extra = printed.slice(owed.length)
  throwIfDifferent(evidence, printed.slice(0, owed.length))
  if (extra.length > 0) {
    const symptom = refusal === 'cut' ? 'truncated-delivered' : 'not-rejected'
    const line = Buffer.from(extra[0]!.subarray(0, SHOWN_BYTES)).toString('hex')
    const detail = `${what}. It printed a message all the same: "${line}" (${extra[0]!.length} bytes).`
    throw new CaseFailure(symptom, detail)
  }
  if (!ended) {
    const how = spun ? 'it did not end but uses the CPU all the time' : 'it did not end'
    const symptom = refusal === 'cut' ? 'hung' : 'not-rejected'
    throw new CaseFailure(symptom, `${what}; ${how}.${saidBy(evidence)}`)
  }
  if (ended.code !== 0) return
  const symptom = refusal === 'cut' ? 'exit-code' : 'not-rejected'
  throw new CaseFailure(symptom, `${what}; it ended with status 0, as if all were well.`)
}

/** What it sent is known to be wrong, whatever became of it later. */
function throwIfRequestsWrong(evidence: ClientEvidence): void {
  const { framing, requests, heard } = evidence
  const difference = firstDifference(requests, heard.messages, { noun: 'request' })
  if (!difference && heard.malformed === null) return
  // The suite's readings of the framings speak of replies: mostly it is servers that they read.
  const told = heard.malformed?.replaceAll('reply', 'request')
  const detail = difference?.detail ?? `In ${framing.id} ${told}.`
  const lost = bytesLost(evidence)
  if (lost > 0 && (!difference || difference.symptom === 'corrupted')) {
    const missing = `${lost.toLocaleString('en')} bytes of the requests never came.`
    throw new CaseFailure('lost-bytes', `${missing} ${detail}`)
  }
  throw new CaseFailure(difference?.symptom ?? 'malformed-request', detail)
}

/** Behind lost bytes everything looks wrong: count them before blaming anything else. */
function bytesLost({ framing, requests, heardBytes, ended }: ClientEvidence): number {
  const bytes = (message: Uint8Array) =>
    isSpelledFreely(framing) ? message.length : framing.frame(message).length
  const owed = requests.reduce((sum, message) => sum + bytes(message), 0)
  return ended?.code === 0 && owed >= LOSS_BYTES_MIN ? owed - heardBytes : 0
}

/** Headers of which no two programs write the same. */
const isSpelledFreely = ({ family, id }: ReferenceFraming): boolean =>
  family === 'json-header' || id === 'content-length'

/** Smaller requests fit into the kernel's buffers: no short write loses a part of them. */
const LOSS_BYTES_MIN = 32 * 1024

function throwIfCrashed(evidence: ClientEvidence): void {
  const { ended } = evidence
  const signal = ended?.signal ?? DEADLY[ended?.code ?? 0]
  if (!signal) return
  throw new CaseFailure('crashed', `It was ended by ${signal}.${saidBy(evidence)}`)
}

function printedOf(evidence: ClientEvidence): Uint8Array[] {
  if (evidence.flooded) {
    throw new CaseFailure('extra-bytes', 'It printed far more than all replies together.')
  }
  const { messages, malformed } = evidence.printed()
  if (malformed !== null) throw new CaseFailure('malformed-output', `${malformed}.`)
  return messages
}

function throwIfDifferent({ owed }: ClientEvidence, printed: readonly Uint8Array[]): void {
  const difference = firstDifference(owed, printed, { noun: 'line' })
  if (difference) throw new CaseFailure(difference.symptom, difference.detail)
}

function throwAsHung(evidence: ClientEvidence, printed: readonly Uint8Array[]): never {
  const { owed, requests, heard, spun } = evidence
  const how = spun ? 'uses the CPU all the time' : 'waits'
  if (heard.messages.length < requests.length && heard.partialBytes > 0) {
    throwAsUnsent(evidence, `it ${how}.`)
  }
  const tally = `It printed ${printed.length} of ${owed.length} replies`
  const all = printed.length === owed.length && heard.messages.length === requests.length
  const detail = all
    ? `${tally} and did not end until the server closed.`
    : `${tally}, does not end, and ${how}. ${heardOf(evidence)}`
  const symptom = printed.length > 0 && !all ? 'lost-messages' : 'hung'
  throw new CaseFailure(symptom, `${detail}${saidBy(evidence)}`)
}

/** Requests are missing: were they cut off, or spelled so that the rest never comes? */
function throwAsUnsent(evidence: ClientEvidence, how: string): never {
  const { framing, requests, heard } = evidence
  const wanted = framing.frame(requests[heard.messages.length]!)
  const last = evidence.lastBytes()
  const tally = heardOf(evidence)
  const shown = (bytes: Uint8Array) =>
    Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex').replace(/../g, '$& ').trim()
  if (last.length === 0) throw new CaseFailure('lost-messages', `${tally} Then ${how}`)
  const head = Math.min(last.length, SHOWN_BYTES)
  const isStart = Buffer.compare(last.subarray(0, head), wanted.subarray(0, head)) === 0
  const isCut = isStart || (isSpelledFreely(framing) && last.length > HEADER_BYTES_MAX)
  const symptom: Symptom = isCut ? 'lost-bytes' : 'malformed-request'
  const detail = isCut
    ? `The next one stopped after ${last.length.toLocaleString('en')} of ${wanted.length.toLocaleString('en')} bytes.`
    : `Behind them came ${shown(last)}, which is no whole frame; it should be ${shown(wanted)}.`
  throw new CaseFailure(symptom, `${tally} ${detail} Then ${how}`)
}

/** So much of a frame is there that it is bytes that are missing, not a header that is wrong. */
const HEADER_BYTES_MAX = 1_024

const heardOf = ({ heard, requests }: ClientEvidence): string =>
  `${heard.messages.length} of ${requests.length} requests came.`

const endOf = ({ ended }: ClientEvidence): string => `ended with status ${ended!.code}`

function saidBy({ said }: ClientEvidence): string {
  const tail = said.trim().slice(-SAID_CHARACTERS_MAX)
  return tail ? ` It said:\n${tail}` : ''
}

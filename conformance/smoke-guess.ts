/** Why a first conversation went wrong: other ways to speak are tried until one is answered. */
import { nowMs } from '../harness/clock.ts'
import { HarnessError } from '../harness/errors.ts'
import { Peer } from '../harness/peer.ts'
import type { SubjectTraits } from './case.ts'
import { sameBytes } from './compare-messages.ts'
import { concat, type ReferenceFraming, ReplyMalformed } from './reference/framing.ts'
import { referenceFor } from './reference/registry.ts'
import { replyTo } from './service.ts'
import type { SmokeStep } from './smoke.ts'
import type { Subject } from './subject.ts'

export interface Guess {
  /** What is the matter, for a person. */
  words: string
  /** Settings with which it answers as it should; null where none was found. */
  settings: GuessedSettings | null
  /** The same as options on a command line. */
  flags: string | null
}

/** Named as in a configuration. */
export interface GuessedSettings {
  framing?: string
  requestFraming?: string
  responseFraming?: string
  service?: 'upper' | 'receipt'
  singleConnection?: true
}

const guessed = (words: string, settings: GuessedSettings | null = null): Guess => ({
  words,
  settings,
  flags: settings && flagsOf(settings),
})

/** `--request-framing u32be --response-framing line`. */
const flagsOf = (settings: GuessedSettings): string =>
  Object.entries(settings)
    .map(([name, value]) => {
      const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      if (value === true) return flag
      return `${flag} ${/^[\w:-]+$/.test(value) ? value : `'${value}'`}`
    })
    .join(' ')

interface Situation {
  steps: readonly SmokeStep[]
  subject: Subject
  traits: SubjectTraits
  /** What was said first, and not answered as it should. */
  message: Uint8Array
}

const SHOWN_BYTES_MAX = 40
const PROBE_MS_MAX = 400
/** What is answered too early is answered at once. */
const EARLY_MS_MAX = 100
const BANNER_MS_MAX = 300

/** The more usual ones first: one exchange may be right in several. */
const CANDIDATES: readonly string[] = [
  ...['u32be', 'u32le', 'u16be', 'u16le', 'u8', 'u64be', 'u64le', 'u24be', 'u24le'],
  ...['u32be', 'u32le', 'u16be', 'u16le'].map((name) => `${name}?length-includes-header`),
  ...['varint', 'netstring', 'line', 'delimiter:0d0a', 'delimiter:00', 'content-length'],
  ...['json-header', 'cobs', 'slip'],
]

export async function guessFrom(situation: Situation): Promise<Guess> {
  const { steps, subject, traits } = situation
  const { received, what, detail } = steps.at(-1)!
  const ended = subject.process?.ended
  if (ended) {
    const how = ended.signal ? `was ended by ${ended.signal}` : `exited with ${ended.code}`
    return guessed(`The server ${how}: mend that first.`)
  }
  if (steps.length === 1) return guessed('It takes no connection.')
  if (steps.length === 3) {
    return guessed(`It answers one frame of a connection, and not the next.`)
  }
  const isAside = steps.length === 4
  try {
    if (isAside) return await guessAside(situation, what)
    return await guessFirst(situation, received)
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    const where = traits.transport === 'unix' ? 'its path' : 'its port'
    return guessed(`It does not listen on ${where} any more. ${detail}`)
  }
}

async function guessAside({ subject, traits, message }: Situation, what: string): Promise<Guess> {
  // It has to have seen that the first connection is over.
  await subject.settled()
  const works = await answers(subject, traits.framing, replyFramingOf(traits), message, (sent) =>
    replyTo(sent, traits.service, traits.exchanges ?? []),
  )
  if (works && !traits.singleConnection) {
    const words = 'It serves one connection at a time: the second one waits for the first to end.'
    return guessed(words, { singleConnection: true })
  }
  return guessed(`It cannot do with ${what}.`)
}

async function guessFirst(situation: Situation, received: Uint8Array): Promise<Guess> {
  const { subject, traits, message } = situation
  if (received.length > 0) {
    const fromReply = guessFromReply(traits, message, received)
    if (fromReply) return fromReply
  }
  await subject.ensure()
  const banner = await bannerOf(subject)
  if (banner.length > 0) {
    const text = JSON.stringify(new TextDecoder().decode(banner.subarray(0, 40)))
    const words = `It speaks first: ${text} came before anything was asked.`
    return guessed(words)
  }
  const other = await otherFraming(situation)
  if (other) return other
  if (received.length > 0) {
    const words = 'What came back is no reply to it in any framing that framegate knows.'
    return guessed(words)
  }
  const words =
    'Nothing came back, in this framing or another that framegate tried. Does it answer every ' +
    'message with itself? If not, use --service upper or --exchanges FILE.'
  return guessed(words)
}

const replyFramingOf = ({ framing, replyFraming }: SubjectTraits): ReferenceFraming =>
  replyFraming ?? framing

/** What the bytes that came back look like. */
function guessFromReply(
  traits: SubjectTraits,
  wanted: Uint8Array,
  received: Uint8Array,
): Guess | null {
  const message = traits.framing.adapt(wanted)
  const framing = replyFramingOf(traits)
  const loud = replyTo(message, 'upper', [])
  if (sameBytes(received, framing.frame(loud))) {
    const words = 'It answers in upper case.'
    return guessed(words, { service: 'upper' })
  }
  const receipt = replyTo(message, 'receipt', [])
  if (sameBytes(received, framing.frame(receipt))) {
    return guessed('It answers with a receipt of what it took.', { service: 'receipt' })
  }
  const reply = traits.service === 'exchanges' ? traits.exchanges![0]!.reply : message
  if (sameBytes(received, reply)) {
    return guessed('The reply has no frame around it.', { responseFraming: 'raw' })
  }
  for (const candidate of references(framing)) {
    if (!sameBytes(received, candidate.frame(reply))) continue
    const words = `It answers in another framing: ${describedAs(candidate.id, framing.id)}.`
    return guessed(words, { requestFraming: traits.framing.id, responseFraming: candidate.id })
  }
  return guessFromOtherMessage(framing, message, received)
}

/** A whole frame that holds something else: it is spoken to rightly, and does not echo. */
function guessFromOtherMessage(
  framing: ReferenceFraming,
  asked: Uint8Array,
  received: Uint8Array,
): Guess | null {
  const reply = onlyMessageIn(framing, received)
  if (reply === null || sameBytes(reply, asked)) return null
  const instead = 'It does not echo: list what it answers with --exchanges FILE.'
  if (sameBytes(reply, asked.toReversed())) {
    return guessed(`It answers with the message backwards. ${instead}`)
  }
  const shown = JSON.stringify(new TextDecoder().decode(reply.subarray(0, SHOWN_BYTES_MAX)))
  return guessed(`It answers with a frame of its own, ${shown}. ${instead}`)
}

/** Null where the bytes are not one whole frame. */
function onlyMessageIn(framing: ReferenceFraming, bytes: Uint8Array): Uint8Array | null {
  try {
    const parsed = framing.parse(bytes, 0)
    return parsed !== 'need-more' && parsed.next === bytes.length ? parsed.message : null
  } catch (error) {
    if (error instanceof ReplyMalformed) return null
    throw error
  }
}

const references = (except: ReferenceFraming): ReferenceFraming[] =>
  CANDIDATES.flatMap((id) => referenceFor(id) ?? []).filter(({ id }) => id !== except.id)

async function otherFraming({ subject, traits, message }: Situation): Promise<Guess | null> {
  if (traits.service === 'exchanges') return null
  const echoed = (sent: Uint8Array) => replyTo(sent, traits.service, [])
  const tries = references(traits.framing).map(async (framing) =>
    (await answers(subject, framing, framing, message, echoed)) ? framing : null,
  )
  const found = (await Promise.all(tries)).find((framing) => framing !== null)
  if (!found) return null
  const words = `It answers frames of ${describedAs(found.id, traits.framing.id)}.`
  return guessed(words, { framing: found.id })
}

/**
 * Where all went well: some framings look alike. A server of u16be answers small frames of u32be
 * with the same bytes, as empty messages and others; but it answers before they are whole.
 */
export async function guessLookalike(
  subject: Subject,
  { framing, replyFraming, transport, service, exchanges, singleConnection }: SubjectTraits,
): Promise<Guess | null> {
  const isPlain = replyFraming === undefined && exchanges === undefined && service === 'echo'
  if (!isPlain || transport === 'udp' || singleConnection) return null
  if (await waitsForAll(subject, framing)) return null
  for (const candidate of references(framing)) {
    if (!(await waitsForAll(subject, candidate))) continue
    const seen = `It answers frames of ${framing.id} before they are whole`
    const words = `${seen}, and those of ${candidate.id} as it should.`
    return guessed(words, { framing: candidate.id })
  }
  return null
}

/** Long enough that a length of one byte and the beginning of a varint are told apart. */
const LOOKALIKE = new Uint8Array(200).fill(0x61)

/** Is a frame answered with itself, and nothing of it before its last byte? */
async function waitsForAll(subject: Subject, framing: ReferenceFraming): Promise<boolean> {
  const frame = framing.frame(framing.adapt(LOOKALIKE))
  const deadlineMs = nowMs() + PROBE_MS_MAX
  const peer = await Peer.connect(subject.address, { deadlineMs })
  try {
    await peer.send(frame.subarray(0, -1), deadlineMs)
    const isEarly = () => peer.receivedBytes > 0
    await peer.readUntil(isEarly, nowMs() + EARLY_MS_MAX)
    if (isEarly()) return false
    await peer.send(frame.subarray(-1), deadlineMs)
    await peer.readUntil(() => peer.receivedBytes >= frame.length, deadlineMs)
    return sameBytes(concat(peer.reads), frame)
  } finally {
    peer.close()
  }
}

function describedAs(found: string, asked: string): string {
  const plain = (id: string) => id.replace(/[bl]e$/, '')
  if (found === `${asked}?length-includes-header`) return `${found}: its length counts the header`
  if (plain(found) === plain(asked)) return `${found}: the byte order is the other one`
  return found
}

/** Does it answer this message, framed like this, as it should? */
async function answers(
  subject: Subject,
  framing: ReferenceFraming,
  replyFraming: ReferenceFraming,
  wanted: Uint8Array,
  answer: (message: Uint8Array) => Uint8Array,
): Promise<boolean> {
  const message = framing.adapt(wanted)
  const expected = replyFraming.frame(answer(message))
  const deadlineMs = nowMs() + PROBE_MS_MAX
  const peer = await Peer.connect(subject.address, { deadlineMs })
  try {
    await peer.send(framing.frame(message), deadlineMs)
    await peer.readUntil(() => peer.receivedBytes >= expected.length, deadlineMs)
    return sameBytes(concat(peer.reads), expected)
  } finally {
    peer.close()
  }
}

/** What it says before it is asked. */
async function bannerOf(subject: Subject): Promise<Uint8Array> {
  const deadlineMs = nowMs() + BANNER_MS_MAX
  const peer = await Peer.connect(subject.address, { deadlineMs })
  try {
    await peer.readUntil(() => peer.receivedBytes > 0, deadlineMs)
    return concat(peer.reads)
  } finally {
    peer.close()
  }
}

/** What each symptom means, for somebody who has not met the word before. */
import type { Symptom } from '../conformance/result.ts'

const WORDS: Readonly<Record<Symptom, string>> = {
  merged: 'two messages came back as one',
  split: 'one message came back as several',
  'lost-bytes': 'bytes that were owed never came',
  'lost-messages': 'whole messages went missing',
  corrupted: 'a reply came whole, but its bytes are not those of the message',
  reordered: 'messages came back in another order',
  duplicated: 'a message came back more than once',
  'truncated-delivered': 'a message cut off by the end of the stream was answered all the same',
  'extra-bytes': 'more came back than was owed',
  'malformed-reply': 'the reply is not a frame',
  'malformed-request': 'what the client sent is not a frame',
  'malformed-output': 'what the client printed is not one message a line, in hex',
  'not-rejected': 'a frame that must be refused was taken',
  rejected: 'a legal frame was refused',
  'answered-after-error': 'something was answered behind a refused frame',
  'delivered-early': 'a message was answered before its last byte was there',
  'closed-early': 'the connection was closed while replies were owed',
  'not-closed': 'the connection stayed open where it had to be closed',
  hung: 'neither an answer nor a close by the deadline',
  crashed: 'the process died',
  'exit-code': 'the process ended with another status than it should',
  'starved-others': 'another connection was disturbed or not served',
  'cross-talk': 'bytes of one connection showed up on another',
  memory: 'more memory was used than the declared limit allows',
  leak: 'descriptors or memory were not given back',
  busy: 'CPU was burnt while idle',
  slow: 'the cost grows faster than the bytes',
}

/** A result file may come from a newer version with symptoms that this one does not know. */
export const symptomWords = (symptom: string): string =>
  (WORDS as Readonly<Record<string, string>>)[symptom] ?? symptom

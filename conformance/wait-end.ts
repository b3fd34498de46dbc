/** How a wait for replies ends. */
import type { Peer } from '../harness/peer.ts'
import type { Wire } from '../harness/schedule.ts'

export type WaitEnd = 'enough' | 'ended' | 'quiet' | 'deadline'

/** Datagrams have no end of stream: has the process ended since, or its port been closed? */
export function goneSince({ peer, process }: Wire): () => boolean {
  if (peer.isStream) return () => false
  const { refused } = peer
  return () => process?.running === false || peer.refused > refused
}

/** For a person who misses replies. */
export function wordsFor(end: WaitEnd, peer: Peer): string {
  if (end === 'quiet') return 'The subject has nothing left to read, sleeps, and sends nothing.'
  if (end === 'deadline') return 'The deadline passed.'
  if (end === 'enough') return ''
  if (!peer.isStream) return 'Nobody has the port open any more.'
  return `The subject ended the connection (${peer.ended === 'fin' ? 'FIN' : 'reset'}).`
}

/** Servers to compare with, as subjects. */
import { findPeer, PEERS } from '../bench/peers/registry.ts'
import { NothingRanError, UsageError } from './errors.ts'
import { foreignSubject } from './foreign-subject.ts'
import type { Subject } from './subjects.ts'

export function peerSubjects(ids: readonly string[]): Subject[] {
  return ids.flatMap((given) => given.split(',')).map((id) => peerSubject(id.trim()))
}

function peerSubject(id: string): Subject {
  const peer = findPeer(id)
  if (!peer) {
    const known = PEERS.map((one) => one.id).join(', ')
    throw new UsageError(`There is no peer "${id}". There are: ${known}.`)
  }
  try {
    return foreignSubject({ exec: peer.command(), framing: peer.framing, name: id })
  } catch (error) {
    throw new NothingRanError(`The peer ${id} cannot be had here. ${(error as Error).message}`)
  }
}

/** Datagrams that the kernel dropped between a peer and the subject, and at which end. */
import { lookUpUdp, udpCounters } from '../posix/udp-drops.ts'
import type { Peer } from './peer.ts'

export interface DatagramDrops {
  /** Came for the subject, which had not made room by reading. */
  atSubject: number
  /** Came back for us, while we did not read. */
  atPeer: number
  /** At every socket of this machine, others' included; null where nobody counts. */
  anywhere: number | null
}

export interface DropWatch {
  /** Since the watch began. */
  soFar(): DatagramDrops
  /** What waits at the subject, as the kernel accounts for it; null when its socket is gone. */
  queuedBytes(): number | null
}

/** Null where the kernel cannot be asked, or where the subject is on another machine. */
export function watchDrops(peer: Peer): DropWatch | null {
  const { subjectAddress: subject, localAddress: own } = peer
  if (subject.transport !== 'udp' || own.transport !== 'udp') return null
  const look = () => ({
    atSubject: lookUpUdp(subject, own)?.droppedDatagrams ?? null,
    atPeer: lookUpUdp(own, subject)?.droppedDatagrams ?? null,
    anywhere: udpCounters()?.receiveBufferFull ?? null,
  })
  const before = look()
  if (before.atSubject === null || before.atPeer === null) return null
  return {
    soFar() {
      const now = look()
      const isCounted = now.anywhere !== null && before.anywhere !== null
      return {
        atSubject: (now.atSubject ?? before.atSubject!) - before.atSubject!,
        atPeer: (now.atPeer ?? before.atPeer!) - before.atPeer!,
        anywhere: isCounted ? now.anywhere! - before.anywhere! : null,
      }
    },
    queuedBytes: () => lookUpUdp(subject, own)?.receiveQueueBytes ?? null,
  }
}

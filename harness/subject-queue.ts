/** The subject's end of one of our connections, as the kernel sees it. */
import { readlinkSync } from 'node:fs'
import { canLookUp, lookUpTcp, lookUpUnix, type SocketState } from '../posix/sock-diag.ts'
import { lookUpUdp, type UdpSocketState } from '../posix/udp-drops.ts'
import type { Peer } from './peer.ts'

/** Looks up the subject's end; null when it is gone. Only where `canLookUp()`. */
export type SubjectQueue = () => SocketState | null

/** A look-up for the subject's end of `peer`, or null where the kernel cannot be asked. */
export function subjectQueueOf(peer: Peer): SubjectQueue | null {
  if (!canLookUp()) return null
  const { localAddress: local, subjectAddress: subject } = peer
  if (subject.transport === 'tcp' && local.transport === 'tcp') {
    // Only a socket in this network namespace can be seen: a remote subject's cannot.
    const queue = () => lookUpTcp(subject, local)
    return queue() ? queue : null
  }
  if (subject.transport === 'udp' && local.transport === 'udp') {
    const queue = () => asState(lookUpUdp(subject, local))
    return queue() ? queue : null
  }
  if (subject.transport !== 'unix') return null
  const own = Number(/\d+/.exec(readlinkSync(`/proc/self/fd/${peer.socket.fd}`))?.[0])
  if (!lookUpUnix(own)) return null
  let inode = 0
  return () => {
    inode ||= lookUpUnix(own)?.peerInode ?? 0
    return inode === 0 ? NOT_ACCEPTED : lookUpUnix(inode)
  }
}

/** The subject's one socket takes everybody's datagrams: the queue is not ours alone. */
const asState = (found: UdpSocketState | null): SocketState | null =>
  found && {
    state: 'CLOSE',
    receiveQueueBytes: found.receiveQueueBytes,
    sendQueueBytes: 0,
    arrivedBytes: null,
    arrivedSegments: null,
    inode: found.inode,
  }

/**
 * A Unix socket that waits to be accepted has no inode yet and cannot be looked up. Nothing of it
 * has been read: the one byte says so.
 */
const NOT_ACCEPTED: SocketState = {
  state: 'ESTABLISHED',
  receiveQueueBytes: 1,
  sendQueueBytes: 0,
  arrivedBytes: null,
  arrivedSegments: null,
  inode: 0,
}

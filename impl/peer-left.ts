/** Has a client gone, or has it only said that it has nothing more to say? */
import { type Address, decodeSockaddr } from '../posix/address.ts'
import { POLLERR, POLLHUP } from '../posix/constants.ts'
import { PosixError } from '../posix/libc.ts'
import { poll } from '../posix/poll.ts'
import { canLookUp, lookUpTcp } from '../posix/sock-diag.ts'
import { localName, peerName, type RawAddress } from '../posix/socket-calls.ts'

/** Of a client on this machine, by our end of its connection. */
export function hasLeft(fd: number): boolean {
  const entry = { fd, events: 0, ready: 0 }
  poll([entry], 0)
  if (entry.ready & (POLLERR | POLLHUP)) return true
  try {
    return isAbandoned(decoded(peerName(fd)), decoded(localName(fd)))
  } catch (error) {
    if (error instanceof PosixError) return true
    throw error
  }
}

/** A FIN is the same after close and after shutdown; but what is closed has no file any more. */
function isAbandoned(client: Address, server: Address): boolean {
  if (client.transport !== 'tcp' || server.transport !== 'tcp' || !canLookUp()) return false
  const theirs = lookUpTcp(client, server)
  return theirs === null || theirs.inode === 0
}

const decoded = ({ bytes, length }: RawAddress): Address => decodeSockaddr(bytes, length, 'tcp')

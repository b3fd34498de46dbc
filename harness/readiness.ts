/** Does somebody listen there? Asked without connecting, where the kernel can be asked. */
import { existsSync, readFileSync } from 'node:fs'
import type { Address } from '../posix/address.ts'
import { POLLOUT } from '../posix/constants.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'
import { poll } from '../posix/poll.ts'
import { canLookUp, lookUpTcp } from '../posix/sock-diag.ts'

const CONNECT_MS_MAX = 50

/**
 * A connection made only to see whether it works would be a server's first client: a server for
 * one connection would have spent it. So TCP listeners are looked up.
 */
export function isListening(address: Address): boolean {
  if (address.transport === 'udp') return !isOurs(address.host) || isBound(address.port)
  if (address.transport === 'tcp' && isLoopback(address.host) && canLookUp()) {
    const any = { transport: 'tcp', host: address.host.includes(':') ? '::' : '0.0.0.0', port: 0 }
    return lookUpTcp(address, any as typeof address)?.state === 'LISTEN'
  }
  return acceptsConnection(address)
}

/** Only this machine's own sockets can be looked up. */
const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1'

/** Addresses of this machine that a program may have been told to listen at. */
const isOurs = (host: string): boolean => isLoopback(host) || host === '0.0.0.0' || host === '::'

/** A bound UDP port shows in the kernel's table; elsewhere a program has to print a ready line. */
function isBound(port: number): boolean {
  const spelled = port.toString(16).toUpperCase().padStart(4, '0')
  // The first address is a socket's own; the second, its peer's, shows our sockets to that port.
  const bound = new RegExp(`^ *\\d+: [0-9A-F]+:${spelled} `, 'm')
  return ['/proc/net/udp', '/proc/net/udp6'].some(
    (table) => existsSync(table) && bound.test(readFileSync(table, 'latin1')),
  )
}

function acceptsConnection(address: Address): boolean {
  const socket = NonBlockingSocket.open(address)
  try {
    if (socket.connect(address)) return true
    const entry = { fd: socket.fd, events: POLLOUT, ready: 0 }
    poll([entry], CONNECT_MS_MAX)
    socket.finishConnect()
    return entry.ready !== 0
  } catch {
    // Refused, or no such path yet: not listening.
    return false
  } finally {
    socket.close()
  }
}

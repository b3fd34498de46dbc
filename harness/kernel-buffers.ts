/** How much a kernel takes from a writer whose peer does not read. */
import { readFileSync } from 'node:fs'

/** What Linux and macOS let a send buffer grow to where nobody has tuned them. */
const USUAL_BYTES = 4 * 1024 * 1024
const BYTES_MAX = 32 * 1024 * 1024

/** Largest that the send buffer of a TCP socket of this machine grows to by itself, in bytes. */
export function sendBufferBytesMax(): number {
  const largest = Number(tcpWmem()?.trim().split(/\s+/)[2])
  return Math.min(BYTES_MAX, Math.max(USUAL_BYTES, largest || 0))
}

/** `4096 16384 4194304`: least, at first, most. Null where there is no such file. */
function tcpWmem(): string | null {
  try {
    return readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'utf8')
  } catch {
    // Not Linux, or a sandbox without it: the usual value stands in.
    return null
  }
}

/**
 * Where datagrams are lost: what the kernel counts, for all sockets together and for one.
 *
 * A datagram that finds the receiver's buffer full is dropped without a word to the sender. Only
 * the receiver's kernel knows, and it counts: RcvbufErrors in /proc/net/snmp for all sockets of the
 * network namespace, SK_MEMINFO_DROPS of inet_diag for one socket.
 */
import { readFileSync } from 'node:fs'
import { IS_LINUX } from './constants.ts'
import { askForInet, canLookUp, type Endpoint } from './sock-diag.ts'

const IPPROTO_UDP = 17
/** An attribute of linux/inet_diag.h, and what is where in it (SK_MEMINFO_… of sock_diag.h). */
const INET_DIAG_SKMEMINFO = 7
const RCVBUF_AT = 4
const DROPS_AT = 32

/** Datagrams since the system started, IPv4 and IPv6 together. */
export interface UdpCounters {
  received: number
  sent: number
  /** Came to a port that nobody had open. */
  noPort: number
  /** Dropped at the receiver because its socket's buffer was full. */
  receiveBufferFull: number
  /** Refused to the sender because its buffer was full. */
  sendBufferFull: number
  /** Dropped because the checksum was wrong. */
  checksumWrong: number
}

const NAMES: Readonly<Record<keyof UdpCounters, string>> = {
  received: 'InDatagrams',
  sent: 'OutDatagrams',
  noPort: 'NoPorts',
  receiveBufferFull: 'RcvbufErrors',
  sendBufferFull: 'SndbufErrors',
  checksumWrong: 'InCsumErrors',
}

/** Null where the system does not tell. They count everybody's datagrams: compare two readings. */
export function udpCounters(): UdpCounters | null {
  if (!IS_LINUX) return null
  const table = readOrNull('/proc/net/snmp')
  if (table === null) return null
  const counted = parseUdpCounters(table, readOrNull('/proc/net/snmp6') ?? '')
  return Object.fromEntries(
    Object.entries(NAMES).map(([key, name]) => [key, counted.get(name) ?? 0]),
  ) as unknown as UdpCounters
}

/** Sums by the kernel's names: `Udp:` lines of names and values, and `Udp6Name value` lines. */
function parseUdpCounters(snmp: string, snmp6: string): Map<string, number> {
  const [names = [], values = []] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(/\s+/).slice(1))
  const sums = new Map(names.map((name, index) => [name, Number(values[index])]))
  for (const [, name, value] of snmp6.matchAll(/^Udp6(\w+)\s+(\d+)$/gm)) {
    sums.set(name!, (sums.get(name!) ?? 0) + Number(value))
  }
  return sums
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    // No /proc here, or no IPv6: the caller says what is known then.
    return null
  }
}

export interface UdpSocketState {
  /** Datagrams that came for it and found its buffer full, since it was opened. */
  droppedDatagrams: number
  /** What waits to be read, as the kernel accounts for it: more than the payloads. */
  receiveQueueBytes: number
  /** Room for what waits, in the same account. */
  receiveBufferBytes: number
  inode: number
}

const ANYBODY: Readonly<Record<'v4' | 'v6', Endpoint>> = {
  v4: { host: '0.0.0.0', port: 0 },
  v6: { host: '::', port: 0 },
}

/**
 * The UDP socket that takes datagrams for `local` which come from `remote` (anybody, when not
 * given). Null when there is none in this network namespace, or where the kernel cannot be asked.
 */
export function lookUpUdp(local: Endpoint, remote?: Endpoint): UdpSocketState | null {
  if (!canLookUp()) return null
  const from = remote ?? ANYBODY[local.host.includes(':') ? 'v6' : 'v4']
  // The kernel finds UDP sockets by a datagram's source and destination: the remote end first.
  const found = askForInet(IPPROTO_UDP, [from, local], 1 << (INET_DIAG_SKMEMINFO - 1))
  if (!found) return null
  const memory = found.extras.get(INET_DIAG_SKMEMINFO)
  const field = (at: number) => (memory === undefined ? 0 : found.view.getUint32(memory + at, true))
  return {
    droppedDatagrams: field(DROPS_AT),
    receiveQueueBytes: found.receiveQueueBytes,
    receiveBufferBytes: field(RCVBUF_AT),
    inode: found.inode,
  }
}

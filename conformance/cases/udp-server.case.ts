/** The server behind the datagrams: what it costs, whom it serves, how it ends and comes back. */
import { nowMs } from '../../harness/clock.ts'
import { type DropWatch, watchDrops } from '../../harness/datagram-drops.ts'
import { HarnessError } from '../../harness/errors.ts'
import type { Launched, ListenAt } from '../../harness/launch.ts'
import type { Peer } from '../../harness/peer.ts'
import { until } from '../../harness/reactor.ts'
import { allOf, needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { HELLO, type Trial } from '../trial.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { counted, counting, numbered, repeat, text } from './bytes.ts'
import { exchangeEach, overUdp, sendFrozen } from './datagrams.ts'
import { mustEndCleanly } from './resources.ts'

const BURST_BYTES = 200
/** A buffer that is not full after so many holds more than any server asks for. */
const BURST_MAX = 40_000
const DROPPED = 10
const CLIENTS = 300
/** Over loopback it is there at once; where ICMP is filtered there is none. */
const REFUSAL_MS_MAX = 500
const MIB = 1_048_576
const FLOOD_BYTES = 96 * MIB
const FLOOD_MEMORY_BYTES_MAX = 64 * MIB
const GARBAGE_BYTES_MAX = 8_192
/** So many datagrams of garbage fit into a receive buffer. */
const GARBAGE_AT_ONCE = 16

export const udpServer = overUdp([
  {
    id: 'udp/more-than-the-buffer-holds',
    level: 'must',
    clauses: ['DG-1', 'DG-4'],
    sends: `Numbered datagrams while the server stands still, until the kernel has dropped ${DROPPED}.`,
    expects: 'A reply to each that the kernel did not drop, and to what is sent later.',
    finds: 'Servers that lose what the kernel had kept for them, or never recover from a burst.',
    unsupported: needs.started,
    async run(trial) {
      // Room for all replies: what is lost must have been lost at the other end.
      const dialogue = await trial.open({ receiveBufferBytes: 8 * 1024 * 1024 })
      await trial.exchange(dialogue)
      const watch = watchDrops(dialogue.peer)
      if (!watch) throw new Inconclusive('The kernel cannot be asked what it dropped.')
      await sendFrozen(trial, () => overflow(trial, dialogue, watch))
      try {
        await dialogue.replies()
      } catch (error) {
        const { atPeer } = watch.soFar()
        if (atPeer === 0) throw error
        throw new Inconclusive(`${atPeer} replies were dropped on our side: nothing is proven.`)
      }
      await trial.exchange(dialogue)
    },
  },
  {
    id: 'udp/many-clients',
    level: 'must',
    clauses: ['DG-1', 'DG-5'],
    sends: `A datagram from each of ${CLIENTS} ports; then another one from the first and the last.`,
    expects: 'Each gets its reply.',
    finds: 'Tables of clients that are full at some point.',
    async run(trial) {
      const clients: Dialogue[] = []
      for (let i = 0; i < CLIENTS; i++) clients.push(await trial.openProven())
      await trial.exchange(clients[0]!)
      await trial.exchange(clients.at(-1)!)
    },
  },
  {
    id: 'udp/garbage-flood',
    level: 'must',
    lane: 'alone',
    clauses: ['DG-1', 'ALL-9'],
    sends: `${FLOOD_BYTES / MIB} MiB of random datagrams, their replies never read; then another client’s.`,
    expects: 'The other client is answered, and memory stays bounded.',
    finds: 'Servers that keep what they are sent, or what they cannot deliver.',
    unsupported: needs.started,
    async run(trial) {
      const bystander = await trial.openProven()
      const before = trial.process!.holdings()!.rssBytes
      const flood = await trial.open({ receiveBufferBytes: 4_096 })
      const garbage = trial.random.bytes(2 * GARBAGE_BYTES_MAX)
      for (let sent = 0; sent < FLOOD_BYTES; ) {
        for (let i = 0; i < GARBAGE_AT_ONCE; i++) {
          const from = trial.random.below(GARBAGE_BYTES_MAX)
          const length = trial.random.between(1, GARBAGE_BYTES_MAX)
          const datagram = garbage.subarray(from, from + length)
          await flood.sendDatagram(datagram)
          sent += datagram.length
        }
        await flood.drained()
      }
      await trial.exchange(bystander)
      const grown = trial.process!.holdings()!.rssBytes - before
      if (grown <= FLOOD_MEMORY_BYTES_MAX) return
      const budget = FLOOD_MEMORY_BYTES_MAX.toLocaleString('en')
      throw new CaseFailure(
        'memory',
        `${FLOOD_BYTES / MIB} MiB of garbage cost ${grown.toLocaleString('en')} bytes of memory; the budget is ${budget}.`,
      )
    },
  },
  {
    id: 'udp/restart-between',
    level: 'should',
    clauses: ['DG-1', 'DG-4'],
    sends:
      'Datagrams before the server is killed, while it is away, and after it was started again.',
    expects: 'Those before and after are answered, to the same socket of ours.',
    finds: 'State that a client and a server without a connection must not need.',
    unsupported: needs.takesHost,
    async run(trial) {
      const first = await trial.another()
      const before = await trial.open({ process: first })
      await exchangeEach(
        before,
        repeat(5, (i) => numbered(i, 12)),
      )
      await first.kill()
      await before.sendDatagram(numbered(5, 12))
      await toldOfRefusal(before.peer)
      const again = await startedAt(trial, portOf(first))
      const after = trial.reopen(before, again)
      await exchangeEach(
        after,
        repeat(5, (i) => numbered(6 + i, 12)),
      )
    },
  },
  {
    id: 'udp/sigterm',
    level: 'should',
    clauses: ['DG-1'],
    sends: 'Datagrams, then SIGTERM; then another server is started on the same port.',
    expects: 'Exit status 0, and the port is free for the next one, which answers.',
    finds: 'Servers that have to be killed, or whose port stays taken.',
    unsupported: needs.takesHost,
    async run(trial) {
      const first = await trial.another()
      await exchangeEach(await trial.open({ process: first }), [HELLO, text('world')])
      first.signal('SIGTERM')
      await mustEndCleanly(trial, first)
      const next = await startedAt(trial, portOf(first))
      await exchangeEach(await trial.open({ process: next }), [HELLO])
    },
  },
  {
    id: 'udp/reply-from-the-address-asked',
    level: 'should',
    clauses: ['DG-1', 'DG-5'],
    sends: 'To a server on all addresses of the machine: datagrams to 127.0.0.1 and to 127.0.0.2.',
    expects: 'Each reply comes from the address that its request went to.',
    finds: 'Replies from whichever address the kernel chooses: a connected client never sees them.',
    unsupported: allOf(needs.takesHost, needs.linux),
    async run(trial) {
      const instance = await startedAt(trial, { host: '0.0.0.0' })
      for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.1']) {
        const dialogue = await trial.open({ process: instance, host })
        await exchangeEach(dialogue, [text(`to ${host}`), counting(trial.atMost(512)), text('.')])
      }
    },
  },
  {
    id: 'udp/ipv6',
    level: 'should',
    clauses: ['DG-1', 'DG-2', 'DG-5'],
    sends: 'Over IPv6: datagrams of several lengths, and two clients in turn.',
    expects: 'The same as over IPv4.',
    finds: 'Addresses taken apart at the first colon, and buffers too small for a longer one.',
    unsupported: allOf(needs.takesHost, needs.ipv6),
    async run(trial) {
      const instance = await startedAt(trial, { host: '::1' })
      const one = await trial.open({ process: instance })
      const other = await trial.open({ process: instance })
      const sizes = [0, 1, 1_232, 1_453, 8_192].filter((size) => size <= trial.messageBytesMax)
      await exchangeEach(
        one,
        sizes.map((size) => counting(size)),
      )
      for (const [index, client] of [one, other, one, other].entries()) {
        await exchangeEach(client, [text(`client ${index % 2}`)])
      }
    },
  },
])

/** Takes the ICMP error of what came to nobody: it must not be taken for a later one. */
async function toldOfRefusal(peer: Peer): Promise<void> {
  const isTold = () => peer.read() === 0 && peer.refused > 0
  await until(isTold, nowMs() + REFUSAL_MS_MAX)
}

const portOf = ({ address }: Launched): ListenAt =>
  address.transport === 'unix' ? {} : { host: address.host, port: address.port }

/** Another instance, listening there: one that does not come up has failed. */
async function startedAt(trial: Trial, at: ListenAt): Promise<Launched> {
  try {
    return await trial.another(at)
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'subject-not-started') throw error
    throw new CaseFailure('rejected', error.message)
  }
}

/** Sends until enough was dropped; owed is the reply to each datagram that found room. */
async function overflow(trial: Trial, dialogue: Dialogue, watch: DropWatch): Promise<void> {
  const deadlineMs = nowMs() + trial.timeLeftMs
  for (let sent = 0, dropped = 0; dropped < DROPPED; sent++) {
    if (sent === BURST_MAX) {
      throw new Inconclusive(`The kernel held ${BURST_MAX} datagrams and dropped none of them.`)
    }
    const message = trial.frame(counted(sent, BURST_BYTES))
    const queuedBytes = watch.queuedBytes()
    await dialogue.sendDatagram(message)
    // Either it has been queued or it has been counted: no guess at which of them was lost.
    const isDropped = () => watch.soFar().atSubject > dropped
    const arrived = () => watch.queuedBytes() !== queuedBytes || isDropped()
    if (!(await until(arrived, deadlineMs))) {
      throw new Inconclusive('A datagram reached nobody: it was neither queued nor dropped.')
    }
    if (isDropped()) dropped++
    else dialogue.owe(message)
  }
}

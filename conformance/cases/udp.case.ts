/** Datagrams: boundaries are the transport's, and everything else may go wrong. */
import { needs } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { DATAGRAM_BYTES_MAX } from '../reference/datagram.ts'
import { HELLO } from '../trial.ts'
import { Inconclusive } from '../verdict.ts'
import { counting, joined, letters, numbered, repeat, text } from './bytes.ts'
import { asTruncated, exchangeEach, overUdp, sendFrozen } from './datagrams.ts'

/** So many datagrams fit into any receive buffer at once: none may be lost on loopback. */
const AT_ONCE = 32

export const udp = overUdp([
  {
    id: 'udp/one-datagram',
    level: 'must',
    clauses: ['DG-1'],
    sends: 'One datagram.',
    expects: 'One datagram back, byte for byte.',
    finds: 'The crudest mistakes.',
    async run(trial) {
      await exchangeEach(await trial.open(), [text('one datagram')])
    },
  },
  {
    id: 'udp/empty-datagram',
    level: 'must',
    clauses: ['DG-2', 'ALL-3'],
    sends: 'An empty datagram between two others.',
    expects: 'Three replies, the second empty.',
    finds: 'A read of zero bytes taken for an end, or skipped.',
    async run(trial) {
      await exchangeEach(await trial.open(), [HELLO, new Uint8Array(0), HELLO])
    },
  },
  {
    id: 'udp/two-at-once',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: 'Two datagrams that wait to be read together.',
    expects: 'Two replies.',
    finds: 'Datagrams read into one buffer, or only one read per event.',
    unsupported: needs.started,
    async run(trial) {
      const dialogue = await trial.openProven()
      await sendFrozen(trial, async () => {
        await dialogue.sendDatagram(dialogue.owing(HELLO))
        await dialogue.sendDatagram(dialogue.owing(text('world')))
      })
      await dialogue.replies()
    },
  },
  {
    id: 'udp/burst-in-order',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: `${AT_ONCE} numbered datagrams that wait to be read together.`,
    expects: 'All of them back; over loopback in order, none lost, none twice.',
    finds: 'Queues that lose, double or reorder.',
    unsupported: needs.started,
    async run(trial) {
      const dialogue = await trial.openProven()
      await sendFrozen(trial, async () => {
        for (const message of repeat(AT_ONCE, (i) => numbered(i, 100))) {
          await dialogue.sendDatagram(dialogue.owing(message))
        }
      })
      await dialogue.replies()
    },
  },
  {
    id: 'udp/sizes',
    level: 'must',
    clauses: ['DG-1', 'DG-3'],
    sends: 'Datagrams of 1, 508, 1,472, 1,473, 8,192, 9,217 and 65,507 bytes.',
    expects: 'Each comes back whole.',
    finds: 'Receive buffers that are smaller than a datagram: the rest is cut off unseen.',
    async run(trial) {
      const sizes = [1, 508, 1_472, 1_473, 8_192, 9_217, DATAGRAM_BYTES_MAX]
      const carried = sizes.filter((size) => size <= trial.messageBytesMax)
      const messages = carried.map((size) => counting(size))
      await exchangeEach(await trial.open(), messages)
    },
  },
  {
    id: 'udp/over-max-not-cut',
    level: 'must',
    clauses: ['DG-3'],
    sends: 'A datagram one byte over the limit, then a legal one.',
    expects: 'Only the legal one is answered.',
    finds: 'A truncated datagram passed on as if it were whole.',
    unsupported: ({ messageBytesMax }) =>
      messageBytesMax < DATAGRAM_BYTES_MAX ? null : 'no larger datagram can be sent',
    async run(trial) {
      const dialogue = await trial.open()
      await dialogue.sendDatagram(letters(trial.messageBytesMax + 1))
      await dialogue.sendDatagram(dialogue.owing(text('legal')))
      await asTruncated(() => dialogue.replies())
    },
  },
  {
    id: 'udp/too-large-to-send',
    level: 'must',
    clauses: ['DG-3', 'ALL-10'],
    sends: '65,508 bytes, which no datagram holds; then as many as the server takes, and five.',
    expects: 'The kernel refuses the first and nothing is sent; the others are answered.',
    finds: 'Limits that are one byte off, and sockets that are of no use after a refusal.',
    async run(trial) {
      const dialogue = await trial.openProven()
      const refusal = dialogue.peer.trySendDatagram(letters(DATAGRAM_BYTES_MAX + 1))
      if (refusal !== 'EMSGSIZE') {
        throw new Inconclusive(`The kernel answered ${refusal ?? 'nothing'} instead of EMSGSIZE.`)
      }
      await exchangeEach(dialogue, [counting(trial.messageBytesMax), HELLO])
    },
  },
  {
    id: 'udp/looks-like-frames',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: 'Datagrams whose contents look like two frames of another framing: lengths, lines, NUL.',
    expects: 'Each comes back as one.',
    finds: 'Servers that look for messages inside a datagram.',
    async run(trial) {
      const lengths = joined(numbered(5), HELLO, numbered(5), text('world'))
      const short = joined(numbered(9), HELLO)
      const others = ['hello\nworld\n', '5:hello,5:world,', 'hello\0world\0', '\r\n\r\n']
      await exchangeEach(await trial.open(), [lengths, short, ...others.map(text)])
    },
  },
  {
    id: 'udp/empties-at-once',
    level: 'must',
    clauses: ['DG-2', 'ALL-3'],
    sends: 'Empty datagrams and others that wait to be read together.',
    expects: 'A reply to each, as empty as it was.',
    finds: 'Reads that go on until one returns 0, and leave what is behind it.',
    unsupported: needs.started,
    async run(trial) {
      const dialogue = await trial.openProven()
      await sendFrozen(trial, async () => {
        for (const message of ['a', '', '', 'b', '', 'c'].map(text)) {
          await dialogue.sendDatagram(dialogue.owing(message))
        }
      })
      await dialogue.replies()
    },
  },
  {
    id: 'udp/all-byte-values',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: 'Every byte value, bytes that are no UTF-8, and runs of NUL.',
    expects: 'The same bytes.',
    finds: 'Datagrams that went through a text type.',
    async run(trial) {
      const invalid = Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80)
      await exchangeEach(await trial.open(), [counting(256), invalid, new Uint8Array(64)])
    },
  },
  {
    id: 'udp/identical-datagrams',
    level: 'must',
    clauses: ['DG-1', 'DG-4'],
    sends: 'Five times the same datagram.',
    expects: 'Five replies.',
    finds: 'Repeated datagrams taken for one.',
    async run(trial) {
      await exchangeEach(
        await trial.open(),
        repeat(5, () => text('same again')),
      )
    },
  },
  {
    id: 'udp/clients-interleaved',
    level: 'must',
    clauses: ['DG-1', 'DG-5'],
    sends: 'Datagrams of ten clients in turn, waiting to be read together.',
    expects: 'Each client gets its own reply.',
    finds: 'Replies sent to whoever wrote last.',
    unsupported: needs.started,
    async run(trial) {
      const clients: Dialogue[] = []
      for (let i = 0; i < 10; i++) clients.push(await trial.openProven())
      await sendFrozen(trial, async () => {
        for (const [index, client] of clients.entries()) {
          await client.sendDatagram(client.owing(text(`client ${index}`)))
        }
      })
      for (const client of clients) await client.replies()
    },
  },
  {
    id: 'udp/same-from-two-ports',
    level: 'must',
    clauses: ['DG-1', 'DG-5'],
    sends: 'The same datagrams from two ports in turn, waiting to be read together.',
    expects: 'Each port gets as many replies as it sent datagrams.',
    finds: 'Clients told apart by what they say, or by their address without the port.',
    unsupported: needs.started,
    async run(trial) {
      const clients = [await trial.openProven(), await trial.openProven()]
      await sendFrozen(trial, async () => {
        for (let round = 0; round < 5; round++) {
          for (const client of clients) {
            await client.sendDatagram(client.owing(text(`the same ${round}`)))
          }
        }
      })
      for (const client of clients) await client.replies()
      for (const client of clients) await trial.exchange(client)
    },
  },
  {
    id: 'udp/client-gone',
    level: 'must',
    clauses: ['DG-5'],
    sends: 'Datagrams of clients that close before the reply comes; then one of another client.',
    expects: 'The other client’s reply; nothing of it is lost.',
    finds: 'The ICMP error of one client’s port thrown at the next one’s datagram.',
    unsupported: needs.started,
    async run(trial) {
      const bystander = await trial.openProven()
      for (let round = 0; round < 5; round++) {
        await sendFrozen(trial, async () => {
          const gone = await trial.open()
          await gone.sendDatagram(HELLO)
          gone.peer.close()
          await bystander.sendDatagram(bystander.owing(numbered(round, 16)))
        })
        await bystander.replies()
      }
    },
  },
  {
    id: 'udp/alternating-sizes',
    level: 'must',
    clauses: ['DG-1', 'ALL-2'],
    sends: 'Large and small datagrams in turn, waiting to be read together.',
    expects: 'Each comes back with its own length.',
    finds: 'What a longer datagram left in the buffer sent along with a shorter one.',
    unsupported: needs.started,
    async run(trial) {
      const dialogue = await trial.openProven()
      const large = trial.atMost(4_000)
      await sendFrozen(trial, async () => {
        for (let i = 0; i < 8; i++) {
          const message = i % 2 ? letters(3, 'xyz'[i % 3]) : letters(large, 'ABCD'[i % 4])
          await dialogue.sendDatagram(dialogue.owing(message))
        }
      })
      await dialogue.replies()
    },
  },
])

/** Mutants that answer each datagram right, and go wrong with many of them, or over time. */
import { type Client, DatagramServer } from './datagrams.ts'
import { defineMutants } from './mutant.ts'

const BACKLOG_MAX = 64
const CLIENTS_MAX = 100

export const datagramStates = defineMutants([
  {
    id: 'udp-short-backlog',
    fault: `What has come waits in a list of ${BACKLOG_MAX}, and what does not fit is dropped.`,
    killedBy: { 'udp/more-than-the-buffer-holds': ['lost-messages'] },
    datagrams: class extends DatagramServer {
      readonly #backlog: [Uint8Array, Client][] = []
      override received(message: Uint8Array, client: Client) {
        if (this.#backlog.length === 0) setImmediate(() => this.#answerOne())
        if (this.#backlog.length < BACKLOG_MAX) this.#backlog.push([message.slice(), client])
      }
      #answerOne() {
        super.received(...this.#backlog.shift()!)
        if (this.#backlog.length > 0) setImmediate(() => this.#answerOne())
      }
    },
  },
  {
    id: 'udp-client-table-full',
    fault: `Whoever comes after ${CLIENTS_MAX} clients finds no room in their table.`,
    killedBy: { 'udp/many-clients': ['hung'] },
    datagrams: class extends DatagramServer {
      readonly #clients = new Set<string>()
      override received(message: Uint8Array, client: Client) {
        if (this.#clients.size < CLIENTS_MAX) this.#clients.add(`${client.host} ${client.port}`)
        if (!this.#clients.has(`${client.host} ${client.port}`)) return
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-keeps-all',
    fault: 'What was received is kept, in case it has to be answered again.',
    killedBy: { 'udp/garbage-flood': ['memory'] },
    datagrams: class extends DatagramServer {
      readonly #kept: Uint8Array[] = []
      override received(message: Uint8Array, client: Client) {
        this.#kept.push(message.slice())
        super.received(message, client)
      }
    },
  },
  {
    id: 'udp-numbers-from-zero',
    fault: 'A client that is not known is answered only if its messages begin with number 0.',
    killedBy: { 'udp/restart-between': ['hung', 'lost-messages'] },
    datagrams: class extends DatagramServer {
      readonly #known = new Set<number>()
      override received(message: Uint8Array, client: Client) {
        const number = message.length === 12 ? message[3]! : 0
        if (number === 0) this.#known.add(client.port)
        if (this.#known.has(client.port)) super.received(message, client)
      }
    },
  },
  {
    id: 'udp-ignores-sigterm',
    fault: 'SIGTERM closes the socket, and the process stays.',
    killedBy: { 'udp/sigterm': ['exit-code'] },
    datagrams: class extends DatagramServer {
      override stop() {
        this.socket.close()
        setInterval(() => {}, 1_000)
      }
    },
  },
  {
    id: 'udp-answers-from-anywhere',
    fault: 'Listens on all addresses, and leaves it to the kernel which one a reply comes from.',
    killedBy: { 'udp/reply-from-the-address-asked': ['hung'] },
    datagrams: class extends DatagramServer {
      static override readonly answersFromWhereAsked = false
    },
  },
  {
    id: 'udp-host-ends-at-colon',
    fault: 'Clients are kept as host:port and taken apart at the first colon.',
    killedBy: { 'udp/ipv6': ['hung', 'crashed'] },
    datagrams: class extends DatagramServer {
      override reply(message: Uint8Array, client: Client) {
        const [host = '', port] = `${client.host}:${client.port}`.split(':')
        const isWhole = host.includes('.')
        super.reply(message, { host: isWhole ? host : '::', port: Number(isWhole ? port : 9) })
      }
    },
  },
])

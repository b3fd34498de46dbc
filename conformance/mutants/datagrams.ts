/** The UDP server that mutants are made from, right as it stands. Checks DG-n. */

export const DATAGRAM_BYTES_MAX = 16 * 1024

export interface Client {
  port: number
  host: string
}

/** What a server needs of its socket. */
export interface Sender {
  send(message: Uint8Array, port: number, host: string): boolean
  close(): void
}

export class DatagramServer {
  static readonly framing: string = 'datagram'
  static readonly service: string = 'echo'
  /** On a wildcard address replies need more than an event loop's socket has. */
  static readonly answersFromWhereAsked: boolean = true
  readonly socket: Sender

  constructor(socket: Sender) {
    this.socket = socket
  }

  received(message: Uint8Array, client: Client): void {
    if (message.length > DATAGRAM_BYTES_MAX) return
    this.reply(message, client)
  }

  reply(message: Uint8Array, { port, host }: Client): void {
    try {
      this.socket.send(message, port, host)
    } catch {
      // The ICMP error of an earlier client, told at this send: nothing has been sent yet.
      this.socket.send(message, port, host)
    }
  }

  /** SIGTERM. */
  stop(): void {
    this.socket.close()
    process.exit(0)
  }

  /** An ICMP error that came back. */
  failed(_error: Error): void {}
}

/** Answers what has come within one turn of the event loop together, in a way of its own. */
export class TurnServer extends DatagramServer {
  #waiting: [Uint8Array, Client][] = []

  override reply(message: Uint8Array, client: Client): void {
    if (this.#waiting.length === 0) {
      setImmediate(() => this.answerAll(this.#waiting.splice(0)))
    }
    this.#waiting.push([message.slice(), client])
  }

  answerAll(waiting: readonly [Uint8Array, Client][]): void {
    for (const [message, client] of waiting) this.send(message, client)
  }

  send(message: Uint8Array, client: Client): void {
    super.reply(message, client)
  }
}

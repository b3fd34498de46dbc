/** A datagram socket on all addresses that remembers which of them each client asked. */
import { type Origin, ReplySocket } from '../../posix/reply-socket.ts'
import type { Client, Sender } from './datagrams.ts'

const LOOK_MS = 2

export class WildcardSender implements Sender {
  readonly #socket: ReplySocket
  #origin: Origin | null = null

  constructor(port: number) {
    this.#socket = new ReplySocket({ transport: 'udp', host: '0.0.0.0', port })
  }

  serve(received: (datagram: Uint8Array, client: Client) => void): void {
    setInterval(() => {
      for (let next = this.#socket.receive(); next; next = this.#socket.receive()) {
        this.#origin = next.origin
        received(next.bytes, { host: '0.0.0.0', port: 0 })
      }
    }, LOOK_MS)
  }

  /** To the client that is being answered, from the address it asked. */
  send(message: Uint8Array): boolean {
    return this.#socket.reply(message, this.#origin!)
  }

  close(): void {
    this.#socket.close()
  }
}

/** Between client and server: counts the bytes of both directions, and does harm at a given one. */
import net from 'node:net'
import type { Address } from '../../posix/address.ts'

export interface Harm {
  /** When so many bytes have gone to the server, or to the client; or when something is seen. */
  when:
    | { direction: 'requests' | 'replies'; afterBytes: number }
    | { direction: 'neither'; seen: () => boolean }
  /** And so many turns of the event loop later. */
  turns: number
  /** What is done; the connection is not gone on with. */
  act(): void
}

export class Relay implements AsyncDisposable {
  readonly address: Address
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  private constructor(server: net.Server, sockets: Set<net.Socket>) {
    this.#server = server
    this.#sockets = sockets
    const { port } = server.address() as net.AddressInfo
    this.address = { transport: 'tcp', host: '127.0.0.1', port }
  }

  /** For one connection to `target`; `harm` is null for one that nothing happens to. */
  static async open(target: Address, harm: Harm | null): Promise<Relay> {
    const sockets = new Set<net.Socket>()
    const server = net.createServer({ allowHalfOpen: true }, (client) => {
      const { host, port } = target as Extract<Address, { transport: 'tcp' }>
      const upstream = net.connect({ host, port, allowHalfOpen: true })
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        // Whoever is killed resets its connection: that is what is wanted.
        socket.on('error', () => cut())
      }
      const cut = () => {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
      const strike = () =>
        afterTurns(harm!.turns, () => {
          harm!.act()
          cut()
        })
      const when = harm?.when ?? { direction: 'neither', seen: () => false }
      const bytesIn = (direction: 'requests' | 'replies') =>
        when.direction === direction ? when.afterBytes : Number.POSITIVE_INFINITY
      forward(client, upstream, bytesIn('requests'), strike)
      forward(upstream, client, bytesIn('replies'), strike)
      if (harm && when.direction === 'neither') watch(when.seen, client, strike)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Relay(server, sockets)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function forward(from: net.Socket, to: net.Socket, bytesMax: number, strike: () => void): void {
  let left = bytesMax
  from.on('data', (chunk: Uint8Array) => {
    if (left < 0) return
    const piece = chunk.subarray(0, Math.min(chunk.length, left))
    const isLast = chunk.length >= left
    left = isLast ? -1 : left - chunk.length
    if (isLast) {
      to.write(piece)
      strike()
    } else if (!to.write(piece)) {
      from.pause()
      to.once('drain', () => from.resume())
    }
  })
  from.on('end', () => to.end())
}

/** Looks at every turn of the event loop, until the connection is over. */
function watch(seen: () => boolean, client: net.Socket, strike: () => void): void {
  if (client.destroyed || client.readableEnded) return
  if (seen()) strike()
  else setImmediate(() => watch(seen, client, strike))
}

function afterTurns(turns: number, act: () => void): void {
  if (turns === 0) act()
  else setImmediate(() => afterTurns(turns - 1, act))
}

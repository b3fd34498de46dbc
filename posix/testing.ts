/** What the tests here, and of folders above, share: waiting, and a listener to talk to. */
import { readlinkSync } from 'node:fs'
import type { Socket, SocketHandler } from 'bun'
import type { Address } from './address.ts'
import { POLLOUT } from './constants.ts'
import { NonBlockingSocket } from './non-blocking-socket.ts'
import { poll } from './poll.ts'

const WITHIN_MS = 10_000
/** A condition is asked this often without pause: most come true within microseconds. */
const EAGER_LOOKS = 100

/** Returns once `holds()` does; throws and says `what` did not happen when the time is up. */
export async function until(
  what: string,
  holds: () => boolean,
  withinMs = WITHIN_MS,
): Promise<void> {
  const deadline = performance.now() + withinMs
  for (let looks = 0; !holds(); looks++) {
    if (performance.now() > deadline) throw new Error(`Did not happen in ${withinMs} ms: ${what}.`)
    if (looks > EAGER_LOOKS) poll([], 1)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What a listener of Bun saw of its connections. */
export interface Heard {
  readonly sockets: Socket<undefined>[]
  readonly bytes: number[]
  ended: number
  /** Codes of the errors that connections closed with. */
  readonly errors: string[]
  closed: number
}

export interface Host extends Disposable {
  readonly address: Address
  readonly heard: Heard
}

/** A peer with an event loop of its own kind; `deaf` reads nothing until it is told to. */
export function listen(
  where: { hostname: string } | { unix: string },
  kind: 'hears' | 'deaf' = 'hears',
): Host {
  const heard: Heard = { sockets: [], bytes: [], ended: 0, errors: [], closed: 0 }
  const socket: SocketHandler<undefined> = {
    open(socket) {
      heard.sockets.push(socket)
      if (kind === 'deaf') socket.pause()
    },
    data: (_, chunk) => void heard.bytes.push(...chunk),
    end: () => void heard.ended++,
    close(_, error) {
      heard.closed++
      if (error) heard.errors.push((error as NodeJS.ErrnoException).code ?? error.message)
    },
    error: (_, error) => void heard.errors.push((error as NodeJS.ErrnoException).code ?? ''),
  }
  if ('unix' in where) {
    const listener = Bun.listen({ ...where, socket, allowHalfOpen: true })
    const address = { transport: 'unix', path: where.unix } as const
    return { address, heard, [Symbol.dispose]: () => listener.stop(true) }
  }
  const listener = Bun.listen({ ...where, port: 0, socket, allowHalfOpen: true })
  const address = { transport: 'tcp', host: where.hostname, port: listener.port } as const
  return { address, heard, [Symbol.dispose]: () => listener.stop(true) }
}

/** A connected socket; throws what became of the attempt. */
export async function connected(
  address: Address,
  before: (socket: NonBlockingSocket) => void = () => {},
): Promise<NonBlockingSocket> {
  const socket = NonBlockingSocket.open(address)
  before(socket)
  try {
    if (!socket.connect(address)) {
      await ready(socket, POLLOUT)
      socket.finishConnect()
    }
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

/** Waits until one of the events, an error or the end is there. */
export async function ready(socket: NonBlockingSocket, events: number): Promise<void> {
  const entry = { fd: socket.fd, events, ready: 0 }
  await until(`events ${events} on a socket`, () => poll([entry], 0) > 0)
}

export const inodeOf = (socket: NonBlockingSocket): number =>
  Number(/\d+/.exec(readlinkSync(`/proc/self/fd/${socket.fd}`))![0])

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Iterable<number>): string =>
  new TextDecoder().decode(Uint8Array.from(bytes))

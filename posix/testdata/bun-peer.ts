/**
 * Bun's own sockets on a thread of their own, for tests that block theirs. It is told what to do in
 * a message, and answers with where it listens, or with what came of it.
 */
import type { Socket } from 'bun'

declare const self: Worker

interface Data {
  /** Not written yet. */
  owed: Uint8Array
}

/** What a listener does with each read. */
const behaviours = {
  echo(socket: Socket<Data>, chunk: Uint8Array) {
    socket.data.owed = Buffer.concat([socket.data.owed, chunk])
    flush(socket)
  },
  /** Reads nothing until it is told to. */
  deaf() {},
  /** Reads nothing more and closes: with what is unread the kernel makes it a reset. */
  'reset-when-spoken-to'(socket: Socket<Data>) {
    socket.terminate()
  },
}

export type Behaviour = keyof typeof behaviours

export type Order =
  | { do: 'listen'; behaviour: Behaviour; hostname?: string; unix?: string }
  | { do: 'resume' }
  | { do: 'connect'; hostname?: string; port?: number; unix?: string; say: string }
  | { do: 'echo-datagrams'; hostname: string }

const open = new Set<Socket<Data>>()

function flush(socket: Socket<Data>): void {
  const taken = Math.max(0, socket.write(socket.data.owed))
  socket.data.owed = socket.data.owed.subarray(taken)
}

function listen(order: Extract<Order, { do: 'listen' }>): void {
  const { behaviour } = order
  let heardBytes = 0
  const socket = {
    open(socket: Socket<Data>) {
      socket.data = { owed: new Uint8Array(0) }
      open.add(socket)
      if (behaviour !== 'deaf') return
      socket.pause()
      self.postMessage({ isDeaf: true })
    },
    data(socket: Socket<Data>, chunk: Uint8Array) {
      heardBytes += chunk.length
      behaviours[behaviour](socket, chunk)
    },
    drain: flush,
    end(socket: Socket<Data>) {
      self.postMessage({ heardBytes })
      socket.end()
    },
    close: (socket: Socket<Data>) => void open.delete(socket),
    error() {},
  }
  const { hostname = '127.0.0.1', unix } = order
  const common = { socket, allowHalfOpen: true }
  if (unix) Bun.listen<Data>({ unix, ...common })
  self.postMessage({
    port: unix ? 0 : Bun.listen<Data>({ hostname, port: 0, ...common }).port,
  })
}

/** Says something, ends, and posts all that came back. */
async function connect(order: Extract<Order, { do: 'connect' }>): Promise<void> {
  const heard: Uint8Array[] = []
  const socket = {
    open(socket: Socket) {
      socket.write(order.say)
      socket.shutdown()
    },
    data: (_: Socket, chunk: Uint8Array) => void heard.push(chunk.slice()),
    close: () => self.postMessage({ heard: Buffer.concat(heard).toString() }),
    error() {},
  }
  const { hostname = '127.0.0.1', port, unix } = order
  const common = { socket, allowHalfOpen: true }
  if (unix) await Bun.connect({ unix, ...common })
  else await Bun.connect({ hostname, port: port!, ...common })
}

async function echoDatagrams(hostname: string): Promise<void> {
  const bound = await Bun.udpSocket({
    hostname,
    port: 0,
    socket: { data: (socket, bytes, port, host) => void socket.send(bytes, port, host) },
  })
  self.postMessage({ port: bound.port })
}

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  if (order.do === 'listen') listen(order)
  else if (order.do === 'connect') void connect(order)
  else if (order.do === 'echo-datagrams') void echoDatagrams(order.hostname)
  else for (const socket of open) socket.resume()
}

/**
 * The one stream server on Bun's event loop. Every framed implementation is this server with a
 * framing and a send discipline; nothing is copied from one to the next.
 */
import type { Socket, SocketHandler } from 'bun'
import { formatAddress } from '../posix/address.ts'
import { parseFraming } from '../wire/registry.ts'
import { Connection } from './connection.ts'
import type { RunningServer, SendDiscipline, ServeOptions } from './contract.ts'
import { commandsOf, guardCommands } from './exec.ts'
import { OpenConnections } from './open-connections.ts'
import { handlerOf } from './service.ts'
import { claimUnixPath } from './unix-path.ts'

/** After a stop, connections get this long to take what they are owed. */
const STOP_MS_MAX = 3_000

export interface EventLoopOptions extends ServeOptions {
  discipline: SendDiscipline
  /** Hands a read on in pieces of at most this many bytes; unlimited when absent. */
  readBytesMax?: number
}

export async function startEventLoopServer(options: EventLoopOptions): Promise<RunningServer> {
  const framing = parseFraming(options.framing, { messageBytesMax: options.messageBytesMax })
  const { service } = options
  if (service === 'exec') guardCommands(options)
  const connections = new OpenConnections<Connection>()

  const commands = (socket: Socket<Connection>) =>
    commandsOf(fdOf(socket), () => socket.data.isClosed, {
      ...options,
      outputBytesMax: framing.messageBytesMax,
    })
  const accept = (socket: Socket<Connection>): void => {
    socket.data = new Connection(socket, {
      decoder: framing.decoder(),
      encoder: framing.encoder(),
      answer: service === 'exec' ? commands(socket) : handlerOf(service),
      discipline: options.discipline,
      writes: options.writes,
      readBytesMax: options.readBytesMax ?? Number.POSITIVE_INFINITY,
      onClose: (connection) => connections.closed(connection),
    })
    connections.add(socket.data)
  }
  const listener = listen(options, {
    binaryType: 'uint8array',
    open: accept,
    data: (socket, chunk) => socket.data.data(chunk),
    drain: (socket) => socket.data.drain(),
    end: (socket) => socket.data.end(),
    close: (socket) => socket.data.closed(),
    error: (socket, error) => {
      // A fault of ours in one connection: say so, end that one, serve the others.
      console.error(`framegate: a connection was ended by an internal error: ${error.stack}`)
      socket.data.abort()
    },
  })

  async function stop(): Promise<void> {
    listener.stop(false)
    await connections.finish(STOP_MS_MAX)
  }
  return { address: listener.address, stop }
}

/** Bun tells the descriptor, and its types do not. */
const fdOf = (socket: Socket<Connection>): number => (socket as unknown as { fd: number }).fd

function listen(
  options: ServeOptions,
  socket: SocketHandler<Connection, 'uint8array'>,
): { address: string; stop(force: boolean): void } {
  const { listen } = options
  const common = { socket: socket as unknown as SocketHandler<Connection>, allowHalfOpen: true }
  if (listen.transport === 'tcp') {
    const listener = Bun.listen<Connection>({ hostname: listen.host, port: listen.port, ...common })
    const address = formatAddress({ ...listen, port: listener.port })
    return { address, stop: (force) => listener.stop(force) }
  }
  if (listen.transport === 'udp') {
    throw new Error('This server takes streams: listen on tcp:// or unix:, or serve udp-echo.')
  }
  const release = claimUnixPath(listen.path)
  const listener = Bun.listen<Connection>({ unix: listen.path, ...common })
  return {
    address: formatAddress(listen),
    stop(force) {
      listener.stop(force)
      release()
    },
  }
}

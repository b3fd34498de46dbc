/**
 * The one stream server on an event loop. Every framed implementation is this server with a
 * framing and a send discipline; nothing is copied from one to the next.
 */
import { lookup } from 'node:dns/promises'
import { formatAddress } from '../posix/address.ts'
import { C } from '../posix/constants.ts'
import { ListeningSocket, NoRoomError } from '../posix/listening-socket.ts'
import { setNumber } from '../posix/socket-calls.ts'
import { parseFraming } from '../wire/registry.ts'
import { Connection } from './connection.ts'
import type { RunningServer, SendDiscipline, ServeOptions } from './contract.ts'
import { commandsOf, guardCommands } from './exec.ts'
import { OpenConnections } from './open-connections.ts'
import { handlerOf } from './service.ts'
import { StreamLoop } from './stream-loop.ts'
import { StreamSocket } from './stream-socket.ts'
import { claimUnixPath } from './unix-path.ts'

/** After a stop, connections get this long to take what they are owed. */
const STOP_MS_MAX = 3_000
/** Those that are there are served before more than so many come. */
const ACCEPTS_MAX = 64
/** Descriptors have run out: some may be free again behind this. */
const NO_ROOM_MS = 50

export interface EventLoopOptions extends ServeOptions {
  discipline: SendDiscipline
  /** Hands a read on in pieces of at most this many bytes; unlimited when absent. */
  readBytesMax?: number
}

export async function startEventLoopServer(options: EventLoopOptions): Promise<RunningServer> {
  const { service } = options
  if (service === 'exec') guardCommands(options)
  const connections = new OpenConnections<Connection>()
  const loop = new StreamLoop()
  const connect = connectionsOf(options, loop, connections)
  const { listener, address, release } = await listen(options.listen)

  /** Once, not with every client that waits. */
  let saidFull = false
  function accept(): void {
    try {
      for (let accepted = 0; accepted < ACCEPTS_MAX; accepted++) {
        const fd = listener.accept()
        if (fd === null) return
        connect(fd)
      }
    } catch (error) {
      if (!(error instanceof NoRoomError)) throw error
      const { message } = error
      if (!saidFull) console.error(`framegate: new clients wait for others to leave: ${message}`)
      saidFull = true
      loop.forgetListener()
      setTimeout(() => isStopping || loop.watchListener(listener.fd, { ready: accept }), NO_ROOM_MS)
    }
  }

  let isStopping = false
  async function stop(): Promise<void> {
    accept()
    isStopping = true
    loop.forgetListener()
    listener.close()
    release()
    loop.await()
    await connections.finish(STOP_MS_MAX)
    loop.stop()
  }
  loop.watchListener(listener.fd, { ready: accept })
  loop.start()
  return { address, stop }
}

/** What makes a connection of a descriptor that was accepted. */
function connectionsOf(
  options: EventLoopOptions,
  loop: StreamLoop,
  connections: OpenConnections<Connection>,
): (fd: number) => void {
  const framing = parseFraming(options.framing, { messageBytesMax: options.messageBytesMax })
  const { service } = options
  const isTcp = options.listen.transport === 'tcp'

  return (fd) => {
    if (isTcp) setNumber(fd, C.IPPROTO_TCP, C.TCP_NODELAY, 1)
    const socket = new StreamSocket(fd, loop)
    const connection: Connection = new Connection(socket, {
      decoder: framing.decoder(),
      encoder: framing.encoder(),
      answer: service === 'exec' ? commands(fd, () => connection.isClosed) : handlerOf(service),
      discipline: options.discipline,
      writes: options.writes,
      readBytesMax: options.readBytesMax ?? Number.POSITIVE_INFINITY,
      onClose: (closed) => connections.closed(closed),
    })
    connections.add(connection)
    socket.attach(connection)
  }

  /** Their processes are Bun's to look after. */
  function commands(fd: number, isClosed: () => boolean) {
    const outputBytesMax = framing.messageBytesMax
    const run = commandsOf(fd, isClosed, { ...options, outputBytesMax })
    return async (message: Uint8Array) => {
      loop.await()
      try {
        return await run(message)
      } finally {
        loop.awaited()
      }
    }
  }
}

interface Listening {
  listener: ListeningSocket
  /** As it was asked for, with the real port. */
  address: string
  /** Undoes what listening left on the disk. */
  release(): void
}

async function listen(address: ServeOptions['listen']): Promise<Listening> {
  if (address.transport === 'udp') {
    throw new Error('This server takes streams: listen on tcp:// or unix:, or serve udp-echo.')
  }
  if (address.transport === 'unix') {
    const release = claimUnixPath(address.path)
    const listener = ListeningSocket.open(address, C.SOMAXCONN)
    return { listener, address: formatAddress(address), release }
  }
  const { address: host } = await lookup(address.host)
  // A port whose last server has just ended is free.
  const reuse = (fd: number) => setNumber(fd, C.SOL_SOCKET, C.SO_REUSEADDR, 1)
  const listener = ListeningSocket.open({ ...address, host }, C.SOMAXCONN, reuse)
  const { port } = listener.address as typeof address
  return { listener, address: formatAddress({ ...address, port }), release: () => {} }
}

/**
 * Files over json-header frames: `ls`, `put`, `get`. The protocol is in docs/files.md.
 *
 * What the lessons get wrong is right here: bytes are counted instead of buffers, names never
 * choose a path, everything is verified before it takes the place of anything, and whatever ends
 * in the middle leaves the old file or the new one.
 */
import type { Socket, SocketHandler } from 'bun'
import { formatAddress } from '../../posix/address.ts'
import { defineImplementation, type RunningServer, type ServeOptions } from '../contract.ts'
import { OpenConnections } from '../open-connections.ts'
import { claimUnixPath } from '../unix-path.ts'
import { FileConnection } from './connection.ts'
import { Folder } from './folder.ts'
import { PIECE_BYTES_MAX } from './headers.ts'
import { settled } from './options.ts'
import { refuseConnection } from './refuse-connection.ts'
import { Requests } from './requests.ts'
import { Uploads } from './uploads.ts'

/** After a stop, requests that are here already get this long. */
const STOP_MS_MAX = 4_000
const LOOK_MS = 250

export const fileServer = defineImplementation({
  id: 'file-server',
  summary: 'Files in a folder: ls, put, get; verified, resumed, stored whole or not at all',
  discipline: 'sendall',
  framings: ['json-header'],
  service: 'files',
  ledger: null,
  start,
})

async function start(options: ServeOptions): Promise<RunningServer> {
  if (!options.files) throw new Error('A file server needs a folder to keep files in: --root DIR.')
  const settings = settled(options.files)
  const { connectionsMax, stallMs } = settings
  const folder = new Folder(settings.root, settings)
  const uploads = new Uploads(folder)
  const pieceBytesMax = Math.min(options.messageBytesMax, PIECE_BYTES_MAX)
  const connections = new OpenConnections<FileConnection>()

  const accept = (socket: Socket<FileConnection | null>): void => {
    if (connections.size >= connectionsMax) return refuseConnection(socket, connectionsMax)
    const requests = new Requests(folder, uploads, pieceBytesMax)
    const connection = new FileConnection(socket as Socket<FileConnection>, {
      requests,
      pieceBytesMax,
      stallMs,
      onClose: () => connections.closed(connection),
    })
    socket.data = connection
    connections.add(connection)
  }
  const listener = listen(options, {
    binaryType: 'uint8array',
    open: accept,
    data: (socket, chunk) => socket.data?.data(chunk),
    drain: (socket) => socket.data?.drain(),
    end: (socket) => (socket.data ? socket.data.end() : void socket.end()),
    close: (socket) => socket.data?.closed(),
    error: (socket, error) => {
      console.error(`framegate: a connection was ended by an internal error: ${error.stack}`)
      socket.terminate()
    },
  })
  const look = setInterval(() => {
    const nowMs = performance.now()
    for (const connection of connections) connection.checkProgress(nowMs)
  }, LOOK_MS)

  async function stop(): Promise<void> {
    listener.stop()
    await connections.finish(STOP_MS_MAX)
    clearInterval(look)
    folder.close()
  }
  return { address: listener.address, stop }
}

function listen(
  { listen }: ServeOptions,
  socket: SocketHandler<FileConnection | null, 'uint8array'>,
): { address: string; stop(): void } {
  type Handler = SocketHandler<FileConnection | null>
  const common = { socket: socket as unknown as Handler, allowHalfOpen: true, data: null }
  if (listen.transport === 'udp') throw new Error('Files come over streams: tcp:// or unix:.')
  if (listen.transport === 'tcp') {
    const { host, port } = listen
    const listener = Bun.listen<FileConnection | null>({ hostname: host, port, ...common })
    const address = formatAddress({ ...listen, port: listener.port })
    return { address, stop: () => listener.stop(false) }
  }
  const release = claimUnixPath(listen.path)
  const listener = Bun.listen<FileConnection | null>({ unix: listen.path, ...common })
  return {
    address: formatAddress(listen),
    stop() {
      listener.stop(false)
      release()
    },
  }
}

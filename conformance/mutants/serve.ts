/**
 * Runs a mutant, or a right server that mutants are made from.
 *
 * RUN  bun conformance/mutants/serve.ts PORT right-u32be|<mutant> HOST [FOLDER]
 */
import type { Connection } from './connection.ts'
import { DatagramServer } from './datagrams.ts'
import type { ConnectionClass, DatagramServerClass } from './mutant.ts'
import { MUTANTS, RIGHT } from './mutants.ts'
import { WildcardSender } from './wildcard-sender.ts'

/** What it says then: whoever needs what it said before waits for this. */
const LISTENING = 'listening'
/** After SIGTERM, connections get this long to take what they are owed. */
const STOP_MS_MAX = 2_000

const [port, id, host = '127.0.0.1'] = process.argv.slice(2)
const Chosen = serverNamed(id ?? '')
if (isForDatagrams(Chosen)) await serveDatagrams(Chosen)
else serveStreams(Chosen)

function serverNamed(id: string): ConnectionClass | DatagramServerClass {
  const mutant = MUTANTS.find((candidate) => candidate.id === id)
  if (mutant) return 'connection' in mutant ? mutant.connection : mutant.datagrams
  const right = RIGHT[id]
  if (right) return right
  console.error(`There is no mutant "${id}".`)
  process.exit(2)
}

function isForDatagrams(
  server: ConnectionClass | DatagramServerClass,
): server is DatagramServerClass {
  return server === DatagramServer || server.prototype instanceof DatagramServer
}

function serveStreams(Chosen: ConnectionClass): void {
  const connections = new Set<Connection>()
  Chosen.starting?.()
  const listener = Bun.listen<Connection>({
    hostname: host,
    port: Number(port),
    allowHalfOpen: true,
    socket: {
      binaryType: 'uint8array',
      open(socket) {
        socket.data = new Chosen(socket)
        connections.add(socket.data)
        socket.data.opened()
      },
      data: ({ data }, chunk) => data.data(chunk),
      drain: ({ data }) => data.drain(),
      end: ({ data }) => data.ended(),
      close({ data }, error) {
        connections.delete(data)
        data.closed(error)
        exitIfStopped()
      },
      error(_, error) {
        // A mutant that throws is meant to: its process ends, as that of any careless server.
        console.error(error.stack)
        process.exit(70)
      },
    },
  })
  console.log(LISTENING)
  let stopping = false
  process.on('SIGTERM', () => {
    stopping = true
    listener.stop(false)
    for (const connection of connections) connection.stop()
    exitIfStopped()
    setTimeout(() => process.exit(0), STOP_MS_MAX)
  })
  function exitIfStopped(): void {
    if (stopping && connections.size === 0) process.exit(0)
  }
}

async function serveDatagrams(Chosen: DatagramServerClass): Promise<void> {
  let server: DatagramServer | null = null
  if (host === '0.0.0.0' && Chosen.answersFromWhereAsked) {
    const sender = new WildcardSender(Number(port))
    server = new Chosen(sender)
    sender.serve((datagram, client) => server!.received(datagram, client))
  } else {
    const socket = await Bun.udpSocket({
      hostname: host,
      port: Number(port),
      binaryType: 'uint8array',
      socket: {
        data: (_, datagram, port, host) => server?.received(datagram, { port, host }),
        error: (_, error) => server?.failed(error),
      },
    })
    server = new Chosen(socket)
  }
  process.on('SIGTERM', () => server?.stop())
}

/**
 * The lessons' server: recv, decode, sendall, one connection after the other as poll(2) says. It
 * waits in sendall until everything is taken, and serves nobody else meanwhile.
 *
 * RUN  bun bench/peers/posix-loop.ts 8080
 */
import { C, POLLIN } from '../../posix/constants.ts'
import { type PollEntry, poll } from '../../posix/poll.ts'
import { type Socket, socket } from '../../posix/socket.ts'
import { type Decoder, FRAME, MALFORMED, parseFraming } from '../../wire/index.ts'

const READ_BYTES = 64 * 1024
const BACKLOG = 128
const FOREVER_MS = 60_000

interface Client {
  socket: Socket
  decoder: Decoder
  entry: PollEntry
}

const framing = parseFraming('i32le')
const encoder = framing.encoder()
const buffer = new Uint8Array(READ_BYTES)
const clients = new Set<Client>()

function serve(port: number): never {
  const listener = socket()
  listener.setsockopt(C.SOL_SOCKET, C.SO_REUSEADDR, 1)
  listener.bind(['127.0.0.1', port])
  listener.listen(BACKLOG)
  const listening: PollEntry = { fd: listener.fileno(), events: POLLIN, ready: 0 }
  for (;;) {
    const served = [...clients]
    poll([listening, ...served.map(({ entry }) => entry)], FOREVER_MS)
    for (const client of served) if (client.entry.ready !== 0 && !turn(client)) drop(client)
    if (listening.ready !== 0) accept(listener)
  }
}

function accept(listener: Socket): void {
  const [connection] = listener.accept()
  connection.setsockopt(C.IPPROTO_TCP, C.TCP_NODELAY, 1)
  const entry = { fd: connection.fileno(), events: POLLIN, ready: 0 }
  clients.add({ socket: connection, decoder: framing.decoder(), entry })
}

/** One read and what it completes. False when the connection is over. */
function turn({ socket: connection, decoder }: Client): boolean {
  try {
    const count = connection.recvInto(buffer)
    if (count === 0) return false
    decoder.push(buffer.subarray(0, count))
    const replies: Uint8Array[] = []
    let step = decoder.next()
    for (; step === FRAME; step = decoder.next()) {
      replies.push(encoder.encode(decoder.buffer.subarray(decoder.start, decoder.end)))
    }
    if (replies.length > 0) connection.sendall(Buffer.concat(replies))
    return step !== MALFORMED
  } catch {
    // The client has gone in the middle of it.
    return false
  }
}

function drop(client: Client): void {
  clients.delete(client)
  client.socket.close()
}

serve(Number(process.argv[2]))

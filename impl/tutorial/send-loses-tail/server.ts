/**
 * Asked for `send 8388608` it makes so many bytes and calls `send` once; for `sendall 8388608` it
 * calls `sendall`.
 *
 * SHOWS  `send` takes what there is room for and says how much that was. Whoever does not look
 *        loses the rest, as soon as the client reads slowly.
 */
import { PosixError, type Socket } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'
import { textOf } from '../text.ts'

const BYTES_MAX = 256 * 1024 * 1024

export function serve({ server, ready, print }: Stage): void {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      const [how = '', count = ''] = textOf(client.recv(1024)).trim().split(' ')
      const reply = new Uint8Array(Math.min(BYTES_MAX, Math.floor(Number(count)) || 0)).fill(0x78)
      const sent = how === 'sendall' ? sendAll(client, reply) : sendOnce(client, reply)
      print(`${how}: ${sent} of ${reply.length} bytes, ${reply.length - sent} lost`)
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

function sendOnce(client: Socket, reply: Uint8Array): number {
  client.setblocking(false)
  return client.send(reply)
}

function sendAll(client: Socket, reply: Uint8Array): number {
  client.sendall(reply)
  return reply.length
}

/**
 * One client, as many messages as it likes.
 *
 * SHOWS  `recv` that returns nothing is the client's goodbye: without that check the loop spins.
 *        What one recv returns is still taken for one message. The next client is refused.
 */
import { PosixError } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'

export function serve({ server, ready, reply }: Stage): void {
  server.listen(1)
  ready()
  const [client] = server.accept()
  server.close()
  try {
    for (let ordinal = 1; ; ordinal++) {
      const message = client.recv(1024)
      if (message.length === 0) break
      client.sendall(reply(message, ordinal))
    }
  } catch (error) {
    // A reset, or nobody there to write to: it has left, only less politely.
    if (!(error instanceof PosixError)) throw error
  }
  client.close()
}

/**
 * The smallest server: one client, one message, one reply, and that was all.
 *
 * SHOWS  `recv(1024)` returns what has arrived, which need not be what was sent: of a message that
 *        comes in two parts only the first is answered. A second client is refused.
 */
import type { Stage } from '../lesson.ts'

export function serve({ server, ready, reply }: Stage): void {
  server.listen(1)
  ready()
  const [client] = server.accept()
  server.close()
  const message = client.recv(1024)
  client.sendall(reply(message, 1))
  client.close()
}

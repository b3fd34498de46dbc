/**
 * One client after the other: an outer loop accepts, an inner loop exchanges.
 *
 * SHOWS  The second client waits in the backlog until the first has left: nobody is refused, and
 *        nobody is served beside another. A client that is reset ends its own loop only.
 */
import { PosixError } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'

export function serve({ server, ready, reply }: Stage): void {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      for (let ordinal = 1; ; ordinal++) {
        const message = client.recv(1024)
        if (message.length === 0) break
        client.sendall(reply(message, ordinal))
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

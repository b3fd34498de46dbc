/**
 * Two messages, two calls of recv.
 *
 * SHOWS  The second way in which messages stick together: the client sent `hello` and `world`, each
 *        with a call of its own, and both lie in the buffer when the first recv looks. It tells
 *        the client what it saw.
 */
import { PosixError } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'
import { bytesOf, textOf } from '../text.ts'

export function serve({ server, ready, print }: Stage): void {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      for (const ordinal of [1, 2]) {
        const seen = `${ordinal}: ${textOf(client.recv(1024))}`
        print(seen)
        client.sendall(bytesOf(`${seen}\n`))
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

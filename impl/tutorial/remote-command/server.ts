/**
 * Each recv is a command; the reply is what it says: its stdout, then its stderr.
 *
 * SHOWS  The first way in which messages stick together: nothing says where a reply ends. A client
 *        that takes 1,024 bytes of a long one finds the rest in front of the next answer.
 */
import { PosixError } from '../../../posix/socket.ts'
import { runCommand } from '../../command.ts'
import { hasLeft } from '../../peer-left.ts'
import type { Stage } from '../lesson.ts'
import { textOf } from '../text.ts'

export async function serve({ server, ready, commands }: Stage): Promise<void> {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      for (;;) {
        const line = client.recv(1024)
        if (line.length === 0) break
        const gone = { hasLeft: () => hasLeft(client.fileno()) }
        const { stdout, stderr } = await runCommand(textOf(line), { ...commands, ...gone })
        client.sendall(stdout)
        client.sendall(stderr)
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

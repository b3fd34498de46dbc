/**
 * The length goes first: 4 bytes, what Python's `struct.pack('i', n)` gives, then the output.
 *
 * SHOWS  Replies of any length come whole. What is left: its client takes the 4 bytes for granted,
 *        commands are still unframed, and a length over 2^31 - 1 does not fit.
 */
import { PosixError } from '../../../posix/socket.ts'
import { runCommand } from '../../command.ts'
import { hasLeft } from '../../peer-left.ts'
import type { Stage } from '../lesson.ts'
import { packed } from '../pieces.ts'
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
        client.sendall(packed(stdout.length + stderr.length))
        client.sendall(stdout)
        client.sendall(stderr)
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

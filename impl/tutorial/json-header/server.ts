/**
 * The length of a header, the header, the output. The header is JSON, so it can say more than a
 * number: `{md5, file_name, total_size, status}`.
 *
 * SHOWS  Whatever has to be known before the content goes into the header: size, digest, exit
 *        status. `Q` ends the session. What is left: commands are still unframed.
 */
import { createHash } from 'node:crypto'
import { PosixError } from '../../../posix/socket.ts'
import { runCommand } from '../../command.ts'
import { hasLeft } from '../../peer-left.ts'
import type { Stage } from '../lesson.ts'
import { packHeader } from '../pieces.ts'
import { textOf } from '../text.ts'

export async function serve({ server, ready, commands }: Stage): Promise<void> {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      for (;;) {
        const line = textOf(client.recv(1024))
        if (line === '' || line === 'Q') break
        const gone = { hasLeft: () => hasLeft(client.fileno()) }
        const { stdout, stderr, status } = await runCommand(line, { ...commands, ...gone })
        const output = Buffer.concat([stdout, stderr])
        const md5 = createHash('md5').update(output).digest('hex')
        const [file_name] = line.split(' ')
        client.sendall(packHeader({ md5, file_name, total_size: output.length, status }))
        client.sendall(output)
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

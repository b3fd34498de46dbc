/**
 * Prompts for a command, prints 1,024 bytes of what comes back, and believes that this was it.
 *
 * RUN  bun impl/tutorial/remote-command/client.ts tcp://127.0.0.1:PORT [--encoding gbk]
 */
import { ask, decoder, dial, print } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const server = dial()
const decoded = decoder()
for (;;) {
  const line = ask('>>> ')
  if (line === null || line === 'q' || line === 'Q') break
  server.sendall(bytesOf(line))
  const reply = server.recv(1024)
  if (reply.length === 0) break
  print(decoded(reply))
}
server.close()

/**
 * Prompts, sends, prints the reply, and again. `q` leaves.
 *
 * SHOWS  Empty input must not be sent: nothing would arrive, and both ends would wait for ever.
 * RUN    bun impl/tutorial/one-client/client.ts tcp://127.0.0.1:PORT
 */
import { ask, dial, print } from '../terminal.ts'
import { bytesOf, textOf } from '../text.ts'

const server = dial()
for (;;) {
  const line = ask('>>> ')
  if (line === null || line === 'q' || line === 'Q') break
  server.sendall(bytesOf(line))
  const reply = server.recv(1024)
  if (reply.length === 0) break
  print(textOf(reply))
}
server.close()

/**
 * Says one thing, prints the reply.
 *
 * RUN  bun impl/tutorial/one-exchange/client.ts tcp://127.0.0.1:PORT hello
 */
import { ask, dial, print, words } from '../terminal.ts'
import { bytesOf, textOf } from '../text.ts'

const server = dial()
server.sendall(bytesOf(words[0] ?? ask('>>> ') ?? 'hello'))
print(textOf(server.recv(1024)))
server.close()

/**
 * Sends `hello`, then `world`, and prints what the server took for the first and for the second.
 *
 * RUN  bun impl/tutorial/two-sends/client.ts tcp://127.0.0.1:PORT
 */
import { C } from '../../../posix/socket.ts'
import { dial, print } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const server = dial()
server.sendall(bytesOf('hello'))
server.sendall(bytesOf('world'))
server.shutdown(C.SHUT_WR)
for (const line of server.makefile('r')) print(line.trimEnd())
server.close()

/**
 * Asks for so many bytes, reads them slowly, and counts.
 *
 * RUN  bun impl/tutorial/send-loses-tail/client.ts tcp://127.0.0.1:PORT send|sendall [BYTES]
 */
import { C } from '../../../posix/socket.ts'
import { dial, print, words } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const [how = 'send', count = '67108864'] = words
// A small window: what the kernel would take for us is what hides the fault.
const server = dial((socket) => socket.setsockopt(C.SOL_SOCKET, C.SO_RCVBUF, 4096))
server.sendall(bytesOf(`${how} ${count}`))
let got = 0
for (;;) {
  const piece = server.recv(16_384)
  if (piece.length === 0) break
  got += piece.length
}
server.close()
print(`${got} of ${count} bytes came, ${Number(count) - got} are lost`)

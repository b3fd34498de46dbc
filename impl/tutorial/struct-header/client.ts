/**
 * Reads 4 bytes, then 1,024 at a time until the reply is complete.
 *
 * SHOWS  `recv(4)` may return fewer than 4: then the length is not what was sent, or is none.
 * RUN    bun impl/tutorial/struct-header/client.ts tcp://127.0.0.1:PORT [--encoding gbk]
 */
import { unpacked } from '../pieces.ts'
import { ask, decoder, dial, print } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const server = dial()
const decoded = decoder()
for (;;) {
  const line = ask('>>> ')
  if (line === null || line === 'q' || line === 'Q') break
  server.sendall(bytesOf(line))
  const total = unpacked(server.recv(4))
  let text = ''
  for (let got = 0; got < total; ) {
    const piece = server.recv(1024)
    if (piece.length === 0) break
    got += piece.length
    text += decoded(piece)
  }
  print(text)
}
server.close()

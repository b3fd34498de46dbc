/**
 * What most people would write: node:net, and a package that splits the stream.
 *
 * RUN  node bench/peers/node-net.mjs 8080
 */
import { createServer } from 'node:net'
import { decode, encode } from 'length-prefixed-stream'

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const replies = encode()
  // Through `pipe` they push back: who does not read is not read from.
  socket
    .pipe(decode({ limit: MESSAGE_BYTES_MAX }))
    .pipe(replies)
    .pipe(socket)
  socket.on('error', () => socket.destroy())
})
server.listen(Number(process.argv[2] ?? process.env.PORT), '127.0.0.1')

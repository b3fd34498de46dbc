/**
 * What one would write with node:net and a package that splits the stream.
 *
 * RUN  node bench/peers/node-net.mjs 8080
 */
import { createServer } from 'node:net'
import { decode, encode } from 'length-prefixed-stream'

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const messages = decode({ limit: MESSAGE_BYTES_MAX })
  const replies = encode()
  // The package hands out prefix and message apart. Without this each would be a write to the
  // kernel and a packet of its own, which is four times the CPU time for small messages.
  replies.on('data', () => {
    if (socket.writableCorked > 0) return
    socket.cork()
    process.nextTick(() => socket.uncork())
  })
  // Through `pipe` they push back: who does not read is not read from.
  socket.pipe(messages).pipe(replies).pipe(socket)
  // A length over the limit is the client's fault, and no reason to die for all others.
  for (const stream of [messages, socket]) stream.on('error', () => socket.destroy())
})
server.listen(Number(process.argv[2] ?? process.env.PORT), '127.0.0.1')

// A right echo server on node:net: u32be frames, at most 1 MiB each.
//
// Try it:  framegate conform --exec 'node examples/servers/echo.mjs {port}' --framing u32be --max-frame 1MiB
import { createServer } from 'node:net'

const HEADER_BYTES = 4
const MESSAGE_BYTES_MAX = 1024 * 1024
const LINGER_MS = 1_000

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.setNoDelay(true)
  let chunks = []
  let bytes = 0
  let refused = false

  /** Takes `count` bytes off the front; they are there. */
  const take = (count) => {
    const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
    chunks = count < all.length ? [all.subarray(count)] : []
    bytes -= count
    return all.subarray(0, count)
  }
  let length = null

  const answerAll = () => {
    for (;;) {
      if (length === null) {
        if (bytes < HEADER_BYTES) return
        length = take(HEADER_BYTES).readUInt32BE()
        if (length > MESSAGE_BYTES_MAX) return refuse()
      }
      if (bytes < length) return
      const header = Buffer.alloc(HEADER_BYTES)
      header.writeUInt32BE(length)
      // node:net queues what the kernel does not take; reading has to stop meanwhile.
      if (!socket.write(Buffer.concat([header, take(length)]))) socket.pause()
      length = null
    }
  }

  /** Ends our stream and throws away what still comes: closing with unread bytes would reset it. */
  const refuse = () => {
    refused = true
    chunks = []
    socket.end()
    socket.resume()
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }

  socket.on('data', (chunk) => {
    if (refused) return
    chunks.push(chunk)
    bytes += chunk.length
    answerAll()
  })
  socket.on('drain', () => socket.resume())
  socket.on('end', () => socket.end())
  // A client that resets its connection harms itself alone.
  socket.on('error', () => socket.destroy())
})

server.listen(Number(process.argv[2]), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))

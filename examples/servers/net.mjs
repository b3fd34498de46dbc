// A right echo server in one of many framings, on node:net.
//
// Try it:  framegate conform --exec 'node examples/servers/net.mjs {port} varint' --framing varint --max-frame 1MiB
import { createServer } from 'node:net'
import { FRAMINGS, Refused } from './framings.mjs'

const MESSAGE_BYTES_MAX = 1024 * 1024
const LINGER_MS = 1_000
const STOP_MS_MAX = 2_000

const [port, name] = process.argv.slice(2)
const clients = new Set()

/** What has come on one connection and is not yet used up. */
class Input {
  #bytes = Buffer.alloc(4_096)
  #start = 0
  #end = 0

  push(chunk) {
    const held = this.#end - this.#start
    if (this.#end + chunk.length > this.#bytes.length) {
      const needed = held + chunk.length
      const grown = needed > this.#bytes.length / 2 ? Buffer.alloc(2 * needed) : this.#bytes
      this.#bytes.copy(grown, 0, this.#start, this.#end)
      this.#bytes = grown
      this.#start = 0
      this.#end = held
    }
    chunk.copy(this.#bytes, this.#end)
    this.#end += chunk.length
  }

  /** The messages that are now complete, in order. */
  *take(framing) {
    let found = framing.take(this.#bytes.subarray(0, this.#end), this.#start)
    while (found) {
      this.#start = found.next
      yield found.message
      found = framing.take(this.#bytes.subarray(0, this.#end), this.#start)
    }
  }
}

function serve(socket) {
  socket.setNoDelay(true)
  clients.add(socket)
  const framing = FRAMINGS[name](MESSAGE_BYTES_MAX)
  const input = new Input()
  let refused = false

  const answerAll = () => {
    try {
      for (const message of input.take(framing)) {
        // node:net queues what the kernel does not take; reading has to stop meanwhile.
        if (!socket.write(framing.frame(message))) socket.pause()
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refuse()
    }
  }

  /** Ends our stream and throws away what still comes: closing with unread bytes would reset it. */
  const refuse = () => {
    refused = true
    socket.end()
    socket.resume()
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }

  socket.on('data', (chunk) => {
    if (refused) return
    input.push(chunk)
    answerAll()
  })
  socket.on('drain', () => socket.resume())
  socket.on('end', () => socket.end())
  // A client that resets its connection harms itself alone.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => clients.delete(socket))
}

const server = createServer({ allowHalfOpen: true }, serve)
server.listen(Number(port), '127.0.0.1')

/** Reads no more; what has come is still answered. */
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  for (const socket of clients) socket.destroySoon()
  setTimeout(() => process.exit(0), STOP_MS_MAX).unref()
})

/**
 * A right client: u32be frames, at most 1 MiB each, all requests sent at once.
 *
 * It sends what it reads on its standard input, one message a line in hex, and prints every reply.
 *
 * Try it:  framegate conform-client --exec 'node examples/clients/client.mjs {host} {port}' --framing u32be --max-frame 1MiB
 */
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const HEADER_BYTES = 4
const MESSAGE_BYTES_MAX = 1024 * 1024

const [host, port] = process.argv.slice(2)
const requests = readFileSync(0, 'latin1')
  .split('\n')
  .slice(0, -1)
  .map((line) => Buffer.from(line, 'hex'))
let answered = 0
let received = Buffer.alloc(0)

const server = connect({ host, port: Number(port), noDelay: true }, () => {
  for (const request of requests) server.write(frame(request))
  endWhenAnswered()
})
server.on('data', (chunk) => {
  received = Buffer.concat([received, chunk])
  while (printNext());
  endWhenAnswered()
})
server.on('end', () => fail('the server closed the connection inside a reply or before it'))
server.on('error', (error) => fail(error.message))

function frame(message) {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(message.length)
  return Buffer.concat([header, message])
}

/** One read returns what is there, a part of a reply or several: false when none is whole. */
function printNext() {
  if (answered === requests.length || received.length < HEADER_BYTES) return false
  const length = received.readUInt32BE()
  if (length > MESSAGE_BYTES_MAX) fail(`a reply of ${length} bytes is too long`)
  const end = HEADER_BYTES + length
  if (received.length < end) return false
  console.log(received.toString('hex', HEADER_BYTES, end))
  received = received.subarray(end)
  answered++
  return true
}

function endWhenAnswered() {
  if (answered === requests.length) process.exit(0)
}

function fail(why) {
  console.error(`client: ${why}`)
  process.exit(1)
}

/**
 * What `files bench` compares with where there is no nc: a file read and sent, or received and
 * written, in the plainest loop there is. Nothing is verified, and nothing synced.
 *
 * RUN  bun cli/plain-copy.ts receive PORT FILE    bun cli/plain-copy.ts send PORT FILE
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { socket } from '../posix/socket.ts'

/** As nc of OpenBSD has it, times four: it is to be no straw man. */
const BUFFER_BYTES = 64 * 1024
const HOST = '127.0.0.1'

const [role, port, path] = process.argv.slice(2) as [string, string, string]
const buffer = new Uint8Array(BUFFER_BYTES)
if (role === 'send') send()
else receive()

function send(): void {
  const connection = socket()
  connection.connect([HOST, Number(port)])
  const fd = openSync(path, 'r')
  for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
    connection.sendall(buffer.subarray(0, count))
  }
  closeSync(fd)
  connection.close()
}

function receive(): void {
  const listener = socket()
  listener.bind([HOST, Number(port)])
  listener.listen(1)
  const [connection] = listener.accept()
  const fd = openSync(path, 'w')
  for (let count = connection.recvInto(buffer); count > 0; count = connection.recvInto(buffer)) {
    for (let at = 0; at < count; ) at += writeSync(fd, buffer, at, count - at)
  }
  closeSync(fd)
}

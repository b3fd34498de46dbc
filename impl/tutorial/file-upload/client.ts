/**
 * Sends a file: a header, then its content, 1,024 bytes at a time.
 *
 * RUN  bun impl/tutorial/file-upload/client.ts tcp://127.0.0.1:PORT FILE
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { packHeader } from '../pieces.ts'
import { ask, dial, print, words } from '../terminal.ts'

const filepath = words[0] ?? ask('file: ')
if (filepath === null) process.exit(0)
const server = dial()
const filesize = statSync(filepath).size
server.sendall(packHeader({ filepath, filename: basename(filepath), filesize }))
const file = openSync(filepath, 'r')
const piece = new Uint8Array(1024)
for (;;) {
  const count = readSync(file, piece)
  if (count === 0) break
  server.sendall(piece.subarray(0, count))
}
closeSync(file)
server.close()
print(`sent ${filesize} bytes of ${filepath}`)

/**
 * Asks for a file by name and stores it beside where it was started, or in FOLDER.
 *
 * RUN  bun impl/tutorial/file-download/client.ts tcp://127.0.0.1:PORT NAME [FOLDER]
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { recvHeader } from '../pieces.ts'
import { ask, dial, print, words } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const name = words[0] ?? ask('file: ')
if (name === null) process.exit(0)
const server = dial()
server.sendall(bytesOf(name))
const { filename, filesize, error } = recvHeader(server)
if (error !== undefined) {
  print(`${filename}: ${error}`)
  process.exit(1)
}
const path = resolve(words[1] ?? '.', String(filename))
const file = openSync(path, 'w')
const md5 = createHash('md5')
for (let left = Number(filesize); left > 0; left -= 1024) {
  const piece = server.recv(1024)
  if (piece.length === 0) break
  writeSync(file, piece)
  md5.update(piece)
}
closeSync(file)
server.close()
print(`stored ${path}, md5 ${md5.digest('hex')}`)

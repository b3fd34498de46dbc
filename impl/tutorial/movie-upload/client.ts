/**
 * Lists a folder, asks for a number, uploads that file with progress, and asks again. `q` leaves.
 *
 * RUN  bun impl/tutorial/movie-upload/client.ts tcp://127.0.0.1:PORT [FOLDER]
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { packHeader } from '../pieces.ts'
import { ask, dial, print, words } from '../terminal.ts'

const folder = words[0] ?? '.'
const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile())
const server = dial()
const replies = server.makefile('r')
for (;;) {
  for (const [index, name] of names.sort().entries()) print(`${index + 1}  ${name}`)
  const choice = ask('number: ')
  if (choice === null || choice === 'q' || choice === 'Q') break
  const filename = names[Number(choice) - 1]
  if (filename === undefined) print(`There is no number ${choice}.`)
  else upload(filename)
}
replies.close()
server.close()

function upload(filename: string): void {
  const filesize = statSync(join(folder, filename)).size
  server.sendall(packHeader({ filename, filesize }))
  const file = openSync(join(folder, filename), 'r')
  const piece = new Uint8Array(65_536)
  let percent = 0
  for (let sent = 0; sent < filesize; ) {
    const count = readSync(file, piece)
    if (count === 0) break
    server.sendall(piece.subarray(0, count))
    sent += count
    const now = Math.floor((sent / filesize) * 100)
    if (now >= percent + 10 || now === 100) print(`${filename}: ${now} %`)
    percent = now >= percent + 10 ? now : percent
  }
  closeSync(file)
  print(replies.readline().trimEnd())
}

/**
 * A header with name and size, then the file, 1,024 bytes at a time.
 *
 * SHOWS  Two faults. It counts buffers, not bytes: each recv is taken for 1,024, so a file that
 *        arrives in smaller pieces ends too early. And it trusts the name: `../x` and `/x` are
 *        stored where they point. The right one is the file server.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { PosixError } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'
import { recvHeader, StreamEnded } from '../pieces.ts'

export function serve({ server, ready, print, folder }: Stage): void {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      const { filename, filesize } = recvHeader(client)
      const path = resolve(folder, String(filename))
      const file = openSync(path, 'w')
      const md5 = createHash('md5')
      let stored = 0
      for (let left = Number(filesize); left > 0; left -= 1024) {
        const piece = client.recv(1024)
        if (piece.length === 0) break
        writeSync(file, piece)
        md5.update(piece)
        stored += piece.length
      }
      closeSync(file)
      print(`stored ${stored} of ${filesize} bytes, md5 ${md5.digest('hex')}: ${path}`)
    } catch (error) {
      if (error instanceof StreamEnded || error instanceof PosixError) print(error.message)
      else print(`refused: ${(error as Error).message}`)
    }
    client.close()
  }
}

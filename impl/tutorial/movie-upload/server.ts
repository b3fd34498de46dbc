/**
 * Stores what is sent, file after file on one connection. It counts bytes, and of a name it takes
 * the last component alone.
 *
 * SHOWS  What is still missing: a client that is cut off leaves half a movie under its whole name,
 *        and nothing was verified. The file server writes beside, verifies, then renames.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PosixError, type Socket } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'
import { recvHeader, StreamEnded } from '../pieces.ts'
import { bytesOf } from '../text.ts'

export function serve({ server, ready, print, folder }: Stage): void {
  server.listen(5)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      for (;;) {
        const { filename, filesize } = recvHeader(client)
        const path = join(folder, basename(String(filename)))
        const stored = store(client, path, Number(filesize))
        print(`stored ${stored} of ${filesize} bytes: ${path}`)
        client.sendall(bytesOf(`stored ${stored}\n`))
      }
    } catch (error) {
      // The end between two files is how a client leaves.
      const isUsual = error instanceof StreamEnded || error instanceof PosixError
      if (!isUsual) print(`refused: ${(error as Error).message}`)
    }
    client.close()
  }
}

function store(client: Socket, path: string, bytes: number): number {
  const file = openSync(path, 'w')
  try {
    for (let left = bytes; left > 0; ) {
      const piece = client.recv(Math.min(left, 65_536))
      if (piece.length === 0) return bytes - left
      writeSync(file, piece)
      left -= piece.length
    }
    return bytes
  } finally {
    closeSync(file)
  }
}

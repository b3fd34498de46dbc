/**
 * The reverse of file-upload: the client names a file, the server sends header and content.
 *
 * SHOWS  The name is trusted here too: `../x` and `/x` are read wherever they point. Its client
 *        counts buffers where it has to count bytes.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { PosixError } from '../../../posix/socket.ts'
import type { Stage } from '../lesson.ts'
import { packHeader } from '../pieces.ts'
import { textOf } from '../text.ts'

export function serve({ server, ready, print, folder }: Stage): void {
  server.listen(5)
  print(`files are in ${resolve(folder)}`)
  ready()
  for (;;) {
    const [client] = server.accept()
    try {
      const filename = textOf(client.recv(1024))
      const content = contentOf(resolve(folder, filename))
      if (content === null) client.sendall(packHeader({ filename, error: 'no such file' }))
      else {
        const md5 = createHash('md5').update(content).digest('hex')
        client.sendall(packHeader({ filename, filesize: content.length, md5 }))
        for (let at = 0; at < content.length; at += 1024) {
          client.sendall(content.subarray(at, at + 1024))
        }
        print(`sent ${content.length} bytes of ${filename}`)
      }
    } catch (error) {
      if (!(error instanceof PosixError)) throw error
    }
    client.close()
  }
}

function contentOf(path: string): Uint8Array | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

/** A Unix socket's path outlives a server that was killed: who may take it over, and who not? */
import { existsSync, lstatSync, rmSync } from 'node:fs'
import { PosixError } from '../posix/libc.ts'
import { NonBlockingSocket } from '../posix/non-blocking-socket.ts'

/**
 * Makes `path` free to listen on: a stale socket file is removed, but only if nobody listens on
 * it. Returns the call that removes the file again. Throws EADDRINUSE, or when the path is
 * something else than a socket.
 */
export function claimUnixPath(path: string): () => void {
  if (existsSync(path)) {
    if (!lstatSync(path).isSocket()) {
      throw new Error(`"${path}" exists and is not a socket: choose another path or remove it.`)
    }
    if (isServed(path)) {
      throw Object.assign(new Error(`Somebody is listening on "${path}" already.`), {
        code: 'EADDRINUSE',
      })
    }
    rmSync(path)
  }
  return () => rmSync(path, { force: true })
}

function isServed(path: string): boolean {
  const address = { transport: 'unix', path } as const
  const socket = NonBlockingSocket.open(address)
  try {
    socket.connect(address)
    return true
  } catch (error) {
    // A full backlog (EAGAIN) is somebody too; only a refusal proves that nobody is there.
    return !(error instanceof PosixError && error.code === 'ECONNREFUSED')
  } finally {
    socket.close()
  }
}

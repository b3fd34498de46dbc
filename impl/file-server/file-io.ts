/**
 * Reading, writing and syncing off the event loop: a disk that takes its time must not keep the
 * other connections waiting. Pieces are large, so that a turn of the loop for each costs nothing.
 */
import fs from 'node:fs'
import { linux } from '../../posix/libc.ts'

type Done = (error: Error | null, count?: number) => void

const promised = (start: (done: Done) => void): Promise<number> =>
  new Promise((resolve, reject) => {
    start((error, count = 0) => (error ? reject(error) : resolve(count)))
  })

/** Fills `target` from `position` on; answers how many bytes there were, fewer at the end. */
export async function readAt(fd: number, target: Uint8Array, position: number): Promise<number> {
  let have = 0
  while (have < target.length) {
    const [left, from] = [target.length - have, position + have]
    const count = await promised((done) => fs.read(fd, target, have, left, from, done))
    if (count === 0) break
    have += count
  }
  return have
}

/** Writes all of it. A disk that fills up takes a part first, and says so at the next write. */
export async function writeAt(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const left = bytes.length - at
    at += await promised((done) => fs.write(fd, bytes, at, left, position + at, done))
  }
}

/** Until the disk has it. */
export const synced = async (fd: number): Promise<void> => {
  await promised((done) => fs.fsync(fd, done))
}

const POSIX_FADV_DONTNEED = 4

/**
 * What the disk has need not stay in memory: a large upload would push out what others have there.
 * The page cache takes the next pieces where these were. Elsewhere than on Linux it is as it is.
 */
export function releaseSynced(fd: number, bytes: number): void {
  linux?.posix_fadvise(fd, 0, bytes, POSIX_FADV_DONTNEED)
}

const HASH_SLICE_BYTES = 1024 * 1024

/** SHA-256 of the first `bytes` bytes, to be gone on with; null where the file is shorter. */
export async function hashPrefix(fd: number, bytes: number): Promise<Bun.CryptoHasher | null> {
  const hasher = new Bun.CryptoHasher('sha256')
  const slice = new Uint8Array(Math.min(bytes, HASH_SLICE_BYTES))
  for (let at = 0; at < bytes; ) {
    const target = slice.subarray(0, Math.min(slice.length, bytes - at))
    if ((await readAt(fd, target, at)) < target.length) return null
    hasher.update(target)
    at += target.length
  }
  return hasher
}

/** What a running hash says so far; it can be gone on with. */
export const digestSoFar = (hasher: Bun.CryptoHasher): string => hasher.copy().digest('hex')

/** Of one piece. */
export const md5Of = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('md5').update(bytes).digest('hex')

/** A lock on an open file or folder that the kernel takes back when its holder ends, however. */
import { errno, errnoCode, libc, PosixError } from './libc.ts'

const LOCK_EX = 2
const LOCK_NB = 4

/** True when this descriptor has the lock now; false when another one has it. */
export function tryLock(fd: number): boolean {
  if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return true
  const number = errno()
  const code = errnoCode(number)
  if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return false
  throw new PosixError('flock', number)
}

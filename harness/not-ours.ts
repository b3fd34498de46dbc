/** A server that changes its user, as under sudo: it takes no signal from us. */
import { type Address, formatAddress } from '../posix/address.ts'
import { HarnessError } from './errors.ts'

/** True for a process that may not be stopped, and not ended either. */
export function isForeign(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** To go on would leave one more process behind with every start. */
export function notOurs(address: Address, pids: readonly number[]): HarnessError {
  const [who, it] =
    pids.length === 1 ? [`Process ${pids[0]}`, 'it'] : [`Processes ${pids.join(', ')}`, 'they']
  const listed = pids.join(' ')
  return new HarnessError(
    'subject-not-started',
    `${who} of the server may not be signalled, as ${it} changed to another user: framegate can ` +
      `neither stop nor end the server, which still listens on ${formatAddress(address)}.\n` +
      `End it (sudo kill ${listed}) and run framegate as that user, or leave it running and test ` +
      'it with --connect; then merges are timed, not proven, and its memory and descriptors are ' +
      'not seen.',
  )
}

/** Host names to numeric addresses, which are all that the kernel takes. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Address, formatAddress } from '../posix/address.ts'
import { HarnessError } from './errors.ts'

/** The address with a numeric host. Throws HarnessError `subject-unreachable` for unknown names. */
export async function resolveHost<T extends Address>(address: T): Promise<T> {
  if (address.transport === 'unix' || isIP(address.host) !== 0) return address
  try {
    return { ...address, host: (await lookup(address.host)).address }
  } catch (error) {
    const why = (error as Error).message
    const what = `The host of ${formatAddress(address)} cannot be found: ${why}.`
    throw new HarnessError('subject-unreachable', what)
  }
}

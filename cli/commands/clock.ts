/** `framegate clock`: the time of this machine, for load generators that begin together. */
import { serveClock } from '../../harness/ntp-server.ts'
import { resolveHost } from '../../harness/resolve.ts'
import { ServeStartError } from '../../impl/serve.ts'
import { formatAddress } from '../../posix/address.ts'
import { print } from '../console.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { interrupted } from '../interrupt.ts'
import { parseClock } from '../options.ts'
import type { AddCommand } from './registry.ts'

export const addClock: AddCommand = (program, end) => {
  program
    .command('clock')
    .description('tell the time to load generators that begin together, until SIGTERM or Ctrl-C')
    .option('--listen <address>', 'HOST:PORT, UDP (port 0: any free one)', '127.0.0.1:0')
    .addHelpText('after', HELP)
    .action(async ({ listen }: { listen: string }) => end(await clock(listen)))
}

const HELP = `
It speaks NTP. Generators are told of it with "framegate bench --shard i/n --clock HOST:PORT"; any
other NTP server will do as well, as long as all are told of the same one.

It prints one line when it is ready: ready udp://127.0.0.1:41523
A busy port is exit code 4.

Example:
  framegate clock --listen 0.0.0.0:7123`

async function clock(listen: string): Promise<ExitCode> {
  const address = await resolveHost(parseClock(listen))
  const service = await serveClock(address).catch((error: Error) => {
    throw new ServeStartError(`Cannot listen on ${formatAddress(address)}: ${error.message}.`)
  })
  print(`ready ${formatAddress(service.address)}`)
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve()
    interrupted.addEventListener('abort', () => resolve())
  })
  service.stop()
  return EXIT.ok
}

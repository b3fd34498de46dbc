/** A clock for others to go by: answers NTP questions with this machine's time. */
import type { Address } from '../posix/address.ts'
import { tellTime } from './ntp-packet.ts'
import { wallMs } from './wall-clock.ts'

export interface ClockService {
  address: Address
  stop(): void
}

/** Throws what the system says when it cannot listen. `now`: the time, in ms since 1970. */
export async function serveClock(
  { host, port }: { host: string; port: number },
  now: () => number = wallMs,
): Promise<ClockService> {
  const socket = await Bun.udpSocket({
    hostname: host,
    port,
    binaryType: 'uint8array',
    socket: {
      data(self, question, fromPort, from) {
        const answer = tellTime(question, now(), now)
        // An answer that finds no room is one more that was lost on its way.
        if (answer) self.send(answer, fromPort, from)
      },
      // Who asked has gone, and the system says so: the next one is answered.
      error() {},
    },
  })
  const address: Address = { transport: 'udp', host, port: socket.port }
  return { address, stop: () => socket.close() }
}

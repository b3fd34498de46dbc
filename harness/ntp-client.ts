/**
 * How far this machine's clock is from another's: NTP's exchange of four times (RFC 5905, 8).
 *
 * A question may take the whole of its round trip on one of the two ways. So an offset is wrong by
 * half of that at most, and the exchange with the shortest round trip says the most.
 */
import { type Address, formatAddress } from '../posix/address.ts'
import { HarnessError } from './errors.ts'
import { askTime, readTime } from './ntp-packet.ts'
import { wallMs } from './wall-clock.ts'

/** The other clock shows `offsetMs` more than ours, give or take `errorMs`. */
export interface ClockReading {
  offsetMs: number
  errorMs: number
}

const EXCHANGES = 8
const ANSWER_MS_MAX = 1_000
/** Datagrams get lost; where nobody listens, all of them do. */
const LOST_MAX = 4

/** Throws HarnessError `clock-unreachable`, or `interrupted`. `now`: this machine's clock. */
export async function readClock(
  address: Extract<Address, { host: string }>,
  signal: AbortSignal,
  now: () => number = wallMs,
): Promise<ClockReading> {
  const asking = await Asking.of(address, now).catch((error: Error) => {
    throw unreachable(address, error.message)
  })
  const interrupt = () =>
    asking.fail(new HarnessError('interrupted', 'The measurement was interrupted.'))
  signal.addEventListener('abort', interrupt)
  if (signal.aborted) interrupt()
  try {
    const readings: ClockReading[] = []
    for (let lost = 0; readings.length < EXCHANGES && lost < LOST_MAX; ) {
      const reading = await asking.exchange()
      if (reading) readings.push(reading)
      else lost++
    }
    if (readings.length === 0) throw new Error(`no answer to ${LOST_MAX} questions`)
    return readings.reduce((left, right) => (right.errorMs < left.errorMs ? right : left))
  } catch (error) {
    if (error instanceof HarnessError) throw error
    throw unreachable(address, (error as Error).message)
  } finally {
    signal.removeEventListener('abort', interrupt)
    asking.stop()
  }
}

/** One question at a time. */
class Asking {
  readonly #now: () => number
  #socket: Bun.udp.ConnectedSocket<'uint8array'> | null = null
  #waiting: PromiseWithResolvers<ClockReading | null> | null = null
  #cookie = 0n
  #askedMs = 0
  #failure: Error | null = null

  private constructor(now: () => number) {
    this.#now = now
  }

  static async of({ host, port }: { host: string; port: number }, now: () => number) {
    const asking = new Asking(now)
    asking.#socket = await Bun.udpSocket({
      binaryType: 'uint8array',
      connect: { hostname: host, port },
      socket: {
        data: (_, answer) => asking.#answered(answer),
        // Its types promise the socket before it; Bun 1.4 hands over the error alone.
        error: (...given: unknown[]) => asking.fail(given.at(-1) as Error),
      },
    })
    return asking
  }

  /** Null where its answer is lost. */
  async exchange(): Promise<ClockReading | null> {
    if (this.#failure) throw this.#failure
    const waiting = Promise.withResolvers<ClockReading | null>()
    this.#waiting = waiting
    this.#cookie = crypto.getRandomValues(new BigUint64Array(1))[0]!
    const timer = setTimeout(() => waiting.resolve(null), ANSWER_MS_MAX)
    this.#askedMs = this.#now()
    this.#socket!.send(askTime(this.#cookie))
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
    }
  }

  #answered(answer: Uint8Array): void {
    const answeredMs = this.#now()
    try {
      const told = readTime(answer, this.#cookie, answeredMs)
      // Of an earlier question, or of nobody's.
      if (!told) return
      const { receivedMs, sentMs } = told
      this.#waiting?.resolve({
        offsetMs: (receivedMs - this.#askedMs + sentMs - answeredMs) / 2,
        errorMs: Math.max(0, answeredMs - this.#askedMs - (sentMs - receivedMs)) / 2,
      })
    } catch (error) {
      this.fail(error as Error)
    }
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#waiting?.reject(error)
  }

  stop(): void {
    this.#socket?.close()
  }
}

function unreachable(address: Address, why: string): HarnessError {
  const what = `The clock at ${formatAddress(address)} tells no time: ${why}.`
  const remedy = 'Start one there with `framegate clock`, or name an NTP server.'
  return new HarnessError('clock-unreachable', `${what} ${remedy}`)
}

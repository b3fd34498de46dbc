/** A server of the service `time`, right as it stands, and mutants of it. */
import { type Client, DatagramServer } from './datagrams.ts'
import { defineMutants } from './mutant.ts'

const two = (number: number): string => String(number).padStart(2, '0')
const DEFAULT = '%Y-%m-%d %X'
const RECV_BYTES = 1_024

export class TimeServer extends DatagramServer {
  static override readonly service: string = 'time'

  override reply(message: Uint8Array, client: Client): void {
    // One character a byte: what is no directive stays as it is.
    const format = Buffer.from(message).toString('latin1')
    super.reply(Buffer.from(this.timeIn(format), 'latin1'), client)
  }

  timeIn(format: string): string {
    const now = new Date()
    const clock = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two)
    const values: Record<string, string> = {
      '%Y': String(now.getFullYear()),
      '%m': two(now.getMonth() + 1),
      '%d': two(now.getDate()),
      '%H': clock[0]!,
      '%M': clock[1]!,
      '%S': clock[2]!,
      '%X': clock.join(':'),
      '%%': '%',
    }
    return (format || DEFAULT).replace(/%[\s\S]/g, (found) => values[found] ?? found)
  }
}

export const datagramTimes = defineMutants([
  {
    id: 'udp-time-year-of-two',
    fault: 'The year has two digits.',
    killedBy: { 'udp/time-in-a-format': ['corrupted'] },
    datagrams: class extends TimeServer {
      override timeIn(format: string) {
        return super.timeIn(format).replaceAll(/\b20(\d\d)\b/g, '$1')
      }
    },
  },
  {
    id: 'udp-time-empty-is-empty',
    fault: 'An empty format is answered with nothing.',
    killedBy: { 'udp/time-of-an-empty-message': ['corrupted', 'truncated-delivered'] },
    datagrams: class extends TimeServer {
      override timeIn(format: string) {
        return format === '' ? '' : super.timeIn(format)
      }
    },
  },
  {
    id: 'udp-time-drops-unknown',
    fault: 'Directives that are not known are left out.',
    killedBy: { 'udp/time-unknown-directive': ['corrupted'] },
    datagrams: class extends TimeServer {
      override timeIn(format: string) {
        return super.timeIn(format.replace(/%[QLN!]/g, ''))
      }
    },
  },
  {
    id: 'udp-time-ascii',
    fault: 'The format goes through a type that knows ASCII alone.',
    killedBy: { 'udp/time-around-text': ['corrupted'] },
    datagrams: class extends TimeServer {
      override timeIn(format: string) {
        return super.timeIn(format.replace(/[\x80-\xff]/g, '?'))
      }
    },
  },
  {
    id: 'udp-time-recv-1024',
    fault: `Of a format the first ${RECV_BYTES} bytes are read, and answered.`,
    killedBy: { 'udp/time-in-a-long-format': ['truncated-delivered'] },
    datagrams: class extends TimeServer {
      override received(message: Uint8Array, client: Client) {
        super.received(message.subarray(0, RECV_BYTES), client)
      }
    },
  },
])

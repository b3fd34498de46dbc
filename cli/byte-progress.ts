/** Progress of a transfer: how much, how fast, how long still. A bar on a terminal, else lines. */
import { BYTES, BYTES_PER_SECOND, percent, quantity } from '../reports/units.ts'
import { createBar, hasBar, PLAIN_MS } from './bar.ts'
import { isQuiet, log } from './console.ts'
import { formatDuration } from './progress.ts'

export interface ByteProgress {
  /** So much is verified at the other end; the first call says where it began. */
  at(bytesDone: number, bytes: number): void
  stop(): void
}

/** The rate is that of the last while: a pause shows, a hiccup does not. */
const RATE_MS = 3_000

export function startByteProgress(title: string): ByteProgress {
  if (isQuiet()) return { at() {}, stop() {} }
  return hasBar() ? bar(title) : plain(title)
}

function bar(title: string): ByteProgress {
  const single = createBar(`${title} {bar} {text}`)
  const pace = new Pace()
  let started = false
  return {
    at(bytesDone, bytes) {
      const text = pace.text(bytesDone, bytes, performance.now())
      if (!started) single.start(bytes, bytesDone, { text })
      else single.update(bytesDone, { text })
      started = true
    },
    stop: () => single.stop(),
  }
}

function plain(title: string): ByteProgress {
  const pace = new Pace()
  let saidMs = performance.now()
  return {
    at(bytesDone, bytes) {
      const nowMs = performance.now()
      const text = pace.text(bytesDone, bytes, nowMs)
      if (nowMs - saidMs < PLAIN_MS) return
      saidMs = nowMs
      log(`${title}: ${text}`)
    },
    stop() {},
  }
}

/** Rate and time left. */
class Pace {
  /** What was reached when, the last while's worth. */
  #marks: { ms: number; bytes: number }[] = []

  /** `45 %, 460 MiB of 1.00 GiB, 352 MiB/s, about 2 s left`. */
  text(bytesDone: number, bytes: number, nowMs: number): string {
    const marks = this.#marks
    marks.push({ ms: nowMs, bytes: bytesDone })
    while (marks.length > 2 && nowMs - marks[1]!.ms >= RATE_MS) marks.shift()
    const [first] = marks
    const elapsedMs = nowMs - first!.ms
    const moved = bytesDone - first!.bytes
    const share = bytes === 0 ? 1 : bytesDone / bytes
    const done = `${percent(share)}, ${quantity(bytesDone, BYTES)} of ${quantity(bytes, BYTES)}`
    if (elapsedMs <= 0 || moved <= 0) return done
    const rate = quantity((moved / elapsedMs) * 1000, BYTES_PER_SECOND)
    const left = formatDuration(((bytes - bytesDone) * elapsedMs) / moved)
    return bytesDone === bytes ? `${done}, ${rate}` : `${done}, ${rate}, about ${left} left`
  }
}

/** Progress with time left: a bar on a terminal, plain lines elsewhere, nothing when quiet. */
import { createBar, hasBar, PLAIN_MS } from './bar.ts'
import { isQuiet, log } from './console.ts'

export interface Progress {
  /** One more step is done; `what` names it. */
  step(what: string): void
  /** There are more steps than was said, or fewer. */
  resize(steps: number): void
  /** A line above the bar. */
  note(text: string): void
  stop(): void
}

export function startProgress(title: string, steps: number): Progress {
  if (isQuiet()) return { step() {}, resize() {}, note() {}, stop() {} }
  return hasBar() ? bar(title, steps) : plain(title, steps)
}

function bar(title: string, steps: number): Progress {
  const single = createBar(`${title} {bar} {value}/{total} · {left} · {what}`)
  const clock = timeLeft()
  single.start(steps, 0, { what: '', left: 'starting' })
  return {
    step: (what) => single.increment(1, { what, left: clock(single.getTotal()) }),
    resize: (steps) => single.setTotal(steps),
    note(text) {
      // Above the bar: clear its line, write, and let the next redraw put it back.
      process.stderr.write(`\r\x1b[K${text}\n`)
    },
    stop: () => single.stop(),
  }
}

function plain(title: string, first: number): Progress {
  const clock = timeLeft()
  let steps = first
  let done = 0
  let saidMs = performance.now()
  if (steps > 0) log(`${title}: ${steps} steps`)
  return {
    step(what) {
      done++
      const left = clock(steps)
      if (done < steps && performance.now() - saidMs < PLAIN_MS) return
      saidMs = performance.now()
      log(`${title}: ${done}/${steps}, ${left} (${what})`)
    },
    resize(total) {
      steps = total
    },
    note: log,
    stop() {},
  }
}

/** Called after each step: what is left, by the pace so far. */
function timeLeft(): (steps: number) => string {
  const startedMs = performance.now()
  let done = 0
  return (steps) => {
    done++
    const leftMs = ((performance.now() - startedMs) / done) * (steps - done)
    return done === steps ? 'done' : `about ${formatDuration(leftMs)} left`
  }
}

/** `850 ms`, `12 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

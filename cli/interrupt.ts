/** Ctrl-C and SIGTERM: what is running is ended, what is finished is kept and marked partial. */
import { linux } from '../posix/libc.ts'

const PR_SET_PDEATHSIG = 1
const SIGTERM = 15

const controller = new AbortController()

/** Aborted by the first signal. Everything that runs long takes it. */
export const interrupted: AbortSignal = controller.signal

export function watchForInterrupts(): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort())
  }
  endWithLauncher()
}

/** Under Node's launcher: when that is killed outright, this process gets a SIGTERM. */
function endWithLauncher(): void {
  const launcher = Number(process.env.FRAMEGATE_LAUNCHER)
  // A framegate that a subject starts has another parent, and must not take it for a dead one.
  delete process.env.FRAMEGATE_LAUNCHER
  if (!launcher || !linux) return
  linux.prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0)
  // It may have gone before the call: then no signal will come.
  if (process.ppid !== launcher) controller.abort()
}

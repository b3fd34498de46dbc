/**
 * What a case leaves behind at the subject: descriptors, sockets in CLOSE_WAIT, memory beyond what
 * it has promised to need, a thread that does not come to rest. An axis of its own beside the
 * outcome: a case may pass and cost what it must not.
 */
import { nowMs } from '../harness/clock.ts'
import type { Launched } from '../harness/launch.ts'
import { until } from '../harness/reactor.ts'
import type { SubjectQueue } from '../harness/subject-queue.ts'
import { machineTimeScale } from '../harness/time-scale.ts'
import type { ResourceVerdict } from './result.ts'

/** Descriptors of ended connections are given back within this time. */
const RELEASE_MS_MAX = 1_000
/** After so many leaks it is known that waiting is in vain: less is enough. */
const LEAKS_KNOWN = 2
const KNOWN_RELEASE_MS_MAX = 200
/** Memory that a case may leave behind: what runtimes fetch in advance, and some messages. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024
const MESSAGES_MAX = 8
/** A subject with nothing to do comes to rest within this time, idle machine. */
const REST_MS_MAX = 500
/** Who never did, in so many cases in a row, is not given as long again. */
const RESTLESS_KNOWN = 3
const KNOWN_REST_MS_MAX = 50

type Queues = readonly (SubjectQueue | null)[]

export class ResourceWatch {
  #leaks = 0
  #restless = 0

  /** Looks at the subject before a case; what is returned looks again, behind its connections. */
  begin(process: Launched | null, messageBytesMax: number) {
    const before = process?.running ? process.holdings() : null
    return async (queues: Queues): Promise<ResourceVerdict> => {
      const within = this.#leaks < LEAKS_KNOWN ? RELEASE_MS_MAX : KNOWN_RELEASE_MS_MAX
      const deadlineMs = nowMs() + within
      const isRunning = process?.running === true && before !== null
      const canCount = before?.descriptors !== null
      const released = () =>
        !isRunning || !canCount || process.holdings()!.descriptors! <= before.descriptors!
      const closed = () => queues.every((queue) => queue?.()?.state !== 'CLOSE_WAIT')
      if (!(await until(() => released() && closed(), deadlineMs))) {
        // A program that has just ended gives everything back.
        if (isRunning && !process.running) return 'not-observed'
        this.#leaks++
        return 'leak'
      }
      if (!isRunning || !process.running) return 'not-observed'
      const grown = process.holdings()!.rssBytes - before.rssBytes
      if (grown > MEMORY_BYTES_MAX + MESSAGES_MAX * messageBytesMax) return 'over-budget'
      const patienceMs = this.#restless < RESTLESS_KNOWN ? REST_MS_MAX : KNOWN_REST_MS_MAX
      const restMs = patienceMs * machineTimeScale()
      const rests = await until(() => process.sleeps(), nowMs() + restMs)
      this.#restless = rests ? 0 : this.#restless + 1
      if (!rests) return 'over-budget'
      return canCount ? 'ok' : 'not-observed'
    }
  }
}

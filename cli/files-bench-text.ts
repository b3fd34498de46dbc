/** The result of `files bench`, for a terminal. */
import { BYTES, BYTES_PER_SECOND, COUNT, quantity, size } from '../reports/units.ts'
import { styled } from './console.ts'
import type { FilesBenchResult } from './files-bench.ts'

/** What is aimed at: half the rate of a pipe that verifies nothing, and a bounded memory. */
const SHARE_WANTED = 0.5
const PEAK_BYTES_WANTED = 150 * 1024 ** 2

export function filesBenchLines(result: FilesBenchResult): string[] {
  const { bytes, baseline, rounds, share, clientRssBytesMax, serverRssBytesMax } = result
  const rate = (seconds: number) => quantity(bytes / seconds, BYTES_PER_SECOND).padStart(11)
  const peak = Math.max(clientRssBytesMax, serverRssBytesMax)
  const most = size(PEAK_BYTES_WANTED)
  return [
    styled('bold', `files put of ${size(bytes)}, beside ${baseline}`),
    ...rounds.map(
      ({ putSeconds, baselineSeconds, share }, index) =>
        `  round ${index + 1}  put ${rate(putSeconds)}  ${baseline} ${rate(baselineSeconds)}` +
        `  ${quantity(share, COUNT)} ×`,
    ),
    `  peak memory  client ${quantity(clientRssBytesMax, BYTES)}, ` +
      `server ${quantity(serverRssBytesMax, BYTES)}`,
    goal(share >= SHARE_WANTED, `at least ${SHARE_WANTED} × ${baseline} (median)`),
    goal(peak < PEAK_BYTES_WANTED, `less than ${most} of memory at both ends`),
  ]
}

const goal = (isMet: boolean, text: string): string =>
  isMet ? styled('green', `  goal reached: ${text}`) : styled('yellow', `  goal missed: ${text}`)

/** A bar on a terminal, behind everything that shows how far it is. */
import { Presets, SingleBar } from 'cli-progress'

const REDRAWS_PER_SECOND = 10

/** On plain output a line at most this often: a log is read afterwards. */
export const PLAIN_MS = 2_000

export const hasBar = (): boolean => process.stderr.isTTY === true && !process.env.CI

/** `format` as cli-progress has it. */
export const createBar = (format: string): SingleBar =>
  new SingleBar(
    {
      format,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      barsize: 24,
      fps: REDRAWS_PER_SECOND,
      // The library would restore the terminal and end the process; ending is ours to do.
      gracefulExit: false,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  )

/**
 * Who a run is for: the command line, or a program that called a function of the package. It says
 * when to stop, and is told how far things are; nothing that runs prints on its own.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { log } from './console.ts'
import { interrupted } from './interrupt.ts'
import { type Progress, startProgress } from './progress.ts'

export interface Host {
  /** Everything that runs long takes it. */
  signal: AbortSignal
  /** A line about what is going on. */
  log(text: string): void
  startProgress(title: string, steps: number): Progress
}

const COMMAND_LINE: Host = { signal: interrupted, log, startProgress }

const hosts = new AsyncLocalStorage<Host>()

/** The one that the code under way runs for. */
export const host = (): Host => hosts.getStore() ?? COMMAND_LINE

/** Runs something, and all that it calls, for another host than the command line. */
export const hostedBy = <T>(other: Host, run: () => Promise<T>): Promise<T> => hosts.run(other, run)

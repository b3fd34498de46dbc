/** The only clock of the harness: monotonic, unaffected by changes of the time of day. */

export const nowNs = (): number => Bun.nanoseconds()
export const nowMs = (): number => Bun.nanoseconds() / 1e6

/** For what has no condition to wait for, as a pause between timed chunks. Nothing else sleeps. */
export const pauseMs = (ms: number): Promise<void> => Bun.sleep(ms)

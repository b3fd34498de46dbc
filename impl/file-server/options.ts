/** How a file server is set up, with what holds when nothing is said. */

export interface FileServerOptions {
  /** The folder to keep files in; it has to exist. */
  root: string
  /** Bytes of all files together. */
  quotaBytes?: number | undefined
  /** Bytes of one file. */
  fileBytesMax?: number | undefined
  filesMax?: number | undefined
  connectionsMax?: number | undefined
  /** A peer that stops in the middle of something gets this long. */
  stallMs?: number | undefined
}

const GIB = 1024 ** 3

const FILE_SERVER_DEFAULTS = {
  quotaBytes: 64 * GIB,
  fileBytesMax: 16 * GIB,
  filesMax: 10_000,
  connectionsMax: 64,
  stallMs: 30_000,
}

type Settled = { root: string } & typeof FILE_SERVER_DEFAULTS

/** Every option with a value. */
export function settled({ root, ...given }: FileServerOptions): Settled {
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  return { root, ...FILE_SERVER_DEFAULTS, ...Object.fromEntries(said) }
}

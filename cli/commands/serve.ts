/** `framegate serve NAME`: runs one of our servers in the foreground. */

import { SERVICES } from '../../impl/contract.ts'
import type { FileServerOptions } from '../../impl/file-server/options.ts'
import { serveUntilSignal } from '../../impl/serve.ts'
import { parseAddress } from '../../posix/address.ts'
import { parseSize } from '../../wire/options.ts'
import { UsageError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { parseDuration, positiveInteger } from '../options.ts'
import type { AddCommand } from './registry.ts'

export const addServe: AddCommand = (program, end) => {
  program
    .command('serve')
    .description('run one of the servers until SIGTERM or Ctrl-C')
    .argument('<name>', 'an implementation; `framegate list implementations` shows them')
    .option('--listen <address>', 'tcp://HOST:PORT (0: any free port), udp://… or unix:/path')
    .option('--framing <framing>', "the server's default when not given")
    .option('--service <service>', `${SERVICES.join(', ')} (default: echo; upper for lessons)`)
    .option('--max-frame <size>', 'largest message it accepts', parseSize)
    .option('--separate', 'write header and message separately')
    .option('--root <dir>', 'file-server: the folder to keep files in')
    .option('--quota <size>', 'file-server: all files together (default 64GiB)', parseSize)
    .option('--max-file <size>', 'file-server: one file (default 16GiB)', parseSize)
    .option('--stall <ms>', 'file-server: a peer that stops halfway gets this', positiveInteger)
    .option('--folder <dir>', 'lessons about files: where they are kept', '.')
    .option('--shell', 'remote commands: hand each line to /bin/sh. Dangerous')
    .option('--timeout <duration>', 'remote commands: end one after so long', parseDuration)
    .addHelpText(
      'after',
      `
It prints one line when it is ready: ready tcp://127.0.0.1:41523
On SIGTERM it finishes replies in flight and exits 0. A busy port is exit code 4.

Examples:
  framegate serve length-prefixed
  framegate serve length-prefixed --framing u32be --service upper --listen tcp://127.0.0.1:9000
  framegate serve json-header --listen unix:/tmp/framegate.sock
  framegate serve file-server --root ./uploads --quota 10GiB --listen tcp://127.0.0.1:9000`,
    )
    .action(async (name: string, options) => {
      if (options.listen !== undefined) parseListen(options.listen)
      await serveUntilSignal({
        name,
        listen: options.listen,
        framing: options.framing,
        service: options.service,
        messageBytesMax: options.maxFrame,
        writes: options.separate ? 'separate' : 'joined',
        files: fileOptions(options),
        folder: options.folder,
        shell: options.shell,
        commandTimeoutMs: options.timeout,
      })
      end(EXIT.ok)
    })
}

interface FileFlags {
  root?: string
  quota?: number
  maxFile?: number
  stall?: number
}

/** Limits alone are a mistake that the server tells. */
function fileOptions({ root, quota, maxFile, stall }: FileFlags): FileServerOptions | undefined {
  const limits = { quotaBytes: quota, fileBytesMax: maxFile, stallMs: stall }
  if (root !== undefined) return { root, ...limits }
  if (Object.values(limits).every((limit) => limit === undefined)) return undefined
  throw new UsageError(
    '--quota, --max-file and --stall go with --root, the folder of a file-server.',
  )
}

/** Throws UsageError: what cannot be read is a mistake of the caller, not of the server. */
function parseListen(text: string): void {
  try {
    parseAddress(text)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

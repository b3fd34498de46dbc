/** `framegate files ls|put|get`: files to and from a `file-server`. */
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { FileClient } from '../../impl/file-server/client/file-client.ts'
import { getFile } from '../../impl/file-server/client/get-file.ts'
import { listFiles } from '../../impl/file-server/client/list-files.ts'
import { putFile } from '../../impl/file-server/client/put-file.ts'
import { FileError } from '../../impl/file-server/file-error.ts'
import { checkedName } from '../../impl/file-server/names.ts'
import { type Address, formatAddress, parseAddress } from '../../posix/address.ts'
import { size } from '../../reports/units.ts'
import { parseSize } from '../../wire/options.ts'
import { print } from '../console.ts'
import { NothingRanError, UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type Transfer, transferAll } from '../file-transfers.ts'
import { benchFiles } from '../files-bench.ts'
import { filesBenchLines } from '../files-bench-text.ts'
import { FILES_SCHEMA } from '../files-result.ts'
import { interrupted } from '../interrupt.ts'
import { parseSeed, positiveInteger, SEED_DEFAULT } from '../options.ts'
import type { AddCommand } from './registry.ts'

interface Options {
  json?: boolean
  as?: string
  md5?: boolean
  to?: string
}

export const addFiles: AddCommand = (program, end) => {
  const files = program.command('files').description('files to and from a file-server')
  files.action(() => {
    throw new UsageError('Say what to do: files ls, files put or files get.')
  })
  sub(files, 'ls')
    .description('list the files that the server keeps')
    .action(async (address: string, options: Options) => end(await list(address, options)))
  sub(files, 'put')
    .description('send files; each is stored whole or not at all')
    .argument('<files...>', 'files to send')
    .option('--md5', 'an md5 for every piece as well; whole files of up to 1 MiB always have one')
    .option('--as <name>', 'what the server is to call it; its own name when not given')
    .action(async (address: string, paths: string[], options: Options) =>
      end(await put(address, paths, options)),
    )
  sub(files, 'get')
    .description('fetch files; each is replaced whole or not at all')
    .argument('<names...>', 'names, as `files ls` shows them')
    .option('--to <path>', 'the folder to put them in, or the path of one file', '.')
    .action(async (address: string, names: string[], options: Options) =>
      end(await get(address, names, options)),
    )
  files
    .command('bench')
    .description('what verifying costs: files put beside nc, or beside a plain loop')
    .option('--size <size>', 'of the file', parseSize, 1024 ** 3)
    .option('--rounds <n>', 'how often each of the two', positiveInteger, 3)
    .option('--dir <dir>', 'on the disk that is meant', tmpdir())
    .option('--seed <n>', 'seed of the bytes', parseSeed, SEED_DEFAULT)
    .option('--json', 'the result as JSON on standard output')
    .action(async (options: BenchOptions) => end(await bench(options)))
}

interface BenchOptions {
  size: number
  rounds: number
  dir: string
  seed: number
  json?: boolean
}

async function bench({ size, rounds, seed, dir, json }: BenchOptions): Promise<ExitCode> {
  const result = await benchFiles(size, rounds, seed, dir)
  if (result === null) return EXIT.interrupted
  if (json) print(JSON.stringify(result, null, 2))
  else for (const line of filesBenchLines(result)) print(line)
  return EXIT.ok
}

function sub(files: Command, name: string): Command {
  return files
    .command(name)
    .argument('<address>', 'HOST:PORT, tcp://HOST:PORT or unix:/path of the server')
    .option('--json', 'the result as JSON on standard output')
    .addHelpText('after', HELP)
}

const HELP = `
A transfer that was interrupted goes on at the last verified byte: run the same command again.

Exit codes: 0 done, 1 something was refused or failed, 2 usage, 4 nobody answers, 130 interrupted.

Examples:
  framegate serve file-server --root ./uploads --listen tcp://127.0.0.1:9000
  framegate files put 127.0.0.1:9000 movie.mkv
  framegate files ls 127.0.0.1:9000 --json
  framegate files get 127.0.0.1:9000 movie.mkv --to /tmp`

async function list(text: string, { json }: Options): Promise<ExitCode> {
  const address = addressFrom(text)
  using client = await connected(address)
  interrupted.addEventListener('abort', () => client.close())
  try {
    const listed = await listFiles(client)
    const files = listed.map(({ name, size, modified }) => ({ name, bytes: size, modified }))
    if (json) print(JSON.stringify(resultOf('ls', address, files), null, 2))
    else for (const { name, bytes, modified } of files) print(row(name, bytes, modified))
    return EXIT.ok
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted
    if (error instanceof FileError) throw new NothingRanError(error.message)
    throw error
  }
}

const row = (name: string, bytes: number, modified: string): string =>
  `${modified.slice(0, 19).replace('T', ' ')}  ${size(bytes).padStart(11)}  ${name}`

const resultOf = (command: string, address: Address, files: unknown[]) => ({
  schema: FILES_SCHEMA,
  command,
  address: formatAddress(address),
  partial: false,
  files,
})

function put(text: string, paths: readonly string[], options: Options): Promise<ExitCode> {
  if (options.as !== undefined && paths.length > 1) {
    throw new UsageError('--as names one file: send the others with a command of their own.')
  }
  for (const path of paths) requireFile(path)
  const transfers = paths.map((path): Transfer => {
    const name = options.as ?? basename(path)
    return { name, path, run: (client, onBytes) => putFile(client, path, name, onBytes, options) }
  })
  return run('put', text, transfers, options)
}

function requireFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw new UsageError(`There is no file "${path}".`)
  if (!stats.isFile()) throw new UsageError(`"${path}" is not a regular file.`)
}

function get(text: string, names: readonly string[], options: Options): Promise<ExitCode> {
  const to = options.to ?? '.'
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true
  if (names.length > 1 && !isFolder) {
    throw new UsageError(`--to ${to}: several files need a folder that exists.`)
  }
  const transfers = names.map((name): Transfer => {
    const path = isFolder ? join(to, basename(name)) : to
    return {
      name,
      path,
      // A name that is refused must not choose where something is written here, either.
      run: async (client, onBytes) => getFile(client, checkedName(name), path, onBytes),
    }
  })
  return run('get', text, transfers, options)
}

async function run(
  command: 'put' | 'get',
  text: string,
  transfers: readonly Transfer[],
  { json }: Options,
): Promise<ExitCode> {
  const address = addressFrom(text)
  const files = await transferAll(command, transfers, () => connected(address), json === true)
  const partial = interrupted.aborted
  if (json) print(JSON.stringify({ ...resultOf(command, address, files), partial }, null, 2))
  if (partial) return EXIT.interrupted
  return files.every(({ error }) => error === null) ? EXIT.ok : EXIT.failed
}

function addressFrom(text: string): Address {
  let address: Address
  try {
    address = parseAddress(text)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  if (address.transport !== 'udp') return address
  throw new UsageError('Files come over streams: write tcp://HOST:PORT or unix:/path.')
}

async function connected(address: Address): Promise<FileClient> {
  try {
    return await FileClient.connect(address)
  } catch (error) {
    const message = (error as Error).message.replace(/\.$/, '')
    throw new NothingRanError(`${message}. Start it with: framegate serve file-server --root DIR`)
  }
}

/** `framegate connect URL`: talks to a server by hand, or from a pipe. */
import { createInterface } from 'node:readline'
import { nowMs } from '../../harness/clock.ts'
import { Peer } from '../../harness/peer.ts'
import { resolveHost } from '../../harness/resolve.ts'
import { transportOf } from '../../impl/serve.ts'
import { type Address, parseAddress } from '../../posix/address.ts'
import { FramingError, MESSAGE_BYTES_MAX_DEFAULT } from '../../wire/framing.ts'
import { parseSize } from '../../wire/options.ts'
import { parseFraming } from '../../wire/registry.ts'
import { print, warn } from '../console.ts'
import { UsageError } from '../errors.ts'
import { Exchange, NoReplyError } from '../exchange.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { interrupted } from '../interrupt.ts'
import { parseDuration } from '../options.ts'
import type { AddCommand } from './registry.ts'

const PROMPT = '>>> '
const CONNECT_MS_MAX = 10_000

interface Options {
  framing: string
  requestFraming?: string
  responseFraming?: string
  encoding: string
  maxFrame: number
  timeout?: number
}

export const addConnect: AddCommand = (program, end) => {
  program
    .command('connect')
    .description('talk to a server: a line is a message, its reply is printed')
    .argument('<url>', 'tcp://HOST:PORT, HOST:PORT, udp://HOST:PORT or unix:/path')
    .option('--framing <framing>', 'as `framegate list framings` shows', 'raw')
    .option('--request-framing <framing>', 'how lines are sent, where replies are framed otherwise')
    .option(
      '--response-framing <framing>',
      'how replies are framed, where lines are sent otherwise',
    )
    .option(
      '--encoding <label>',
      'of the replies: utf-8, gbk, and what else browsers know',
      'utf-8',
    )
    .option('--max-frame <size>', 'longest reply', parseSize, MESSAGE_BYTES_MAX_DEFAULT)
    .option('--timeout <duration>', 'give up when a reply takes longer', parseDuration)
    .addHelpText('after', HELP)
    .action(async (url: string, options: Options) => end(await connect(url, options)))
}

const HELP = `
On a terminal it prompts; q or Q leaves, and an empty line is asked for again. From a pipe every
line is sent, empty ones left out, and only replies are printed.

Exit codes: 0 every line was answered, 1 one was not, 2 usage, 4 nobody listens, 130 interrupted.

Examples:
  framegate connect tcp://127.0.0.1:9000 --framing u32be
  echo hello | framegate connect unix:/tmp/framegate.sock --framing json-header
  framegate connect 127.0.0.1:9000 --request-framing raw --response-framing i32le --encoding gbk`

async function connect(url: string, options: Options): Promise<ExitCode> {
  const { request, response } = framingsOf(options)
  const address = await resolveHost(addressOf(url, request.id))
  const peer = await Peer.connect(address, { deadlineMs: nowMs() + CONNECT_MS_MAX })
  const { encoding, timeout = Number.POSITIVE_INFINITY } = options
  const deadlineMs = () => nowMs() + timeout
  const exchange = new Exchange(peer, { request, response, encoding, deadlineMs })
  const talked = talk(exchange)
  const stopped = new Promise<ExitCode>((resolve) => {
    interrupted.addEventListener('abort', () => resolve(EXIT.interrupted))
  })
  try {
    return await Promise.race([talked, stopped])
  } finally {
    peer.close()
  }
}

async function talk(exchange: Exchange): Promise<ExitCode> {
  const isTerminal = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout, prompt: PROMPT } : {}),
  })
  // On a terminal in raw mode Ctrl-C is a key, and no signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  let code: ExitCode = EXIT.ok
  if (isTerminal) lines.prompt()
  try {
    for await (const line of lines) {
      if (line === 'q' || line === 'Q') break
      if (line !== '' && !(await tell(exchange, line))) code = EXIT.failed
      if (isTerminal) lines.prompt()
    }
    // A person has seen what was not sent, and has gone on.
    return isTerminal ? EXIT.ok : code
  } catch (error) {
    if (!(error instanceof NoReplyError)) throw error
    warn(`framegate: ${error.message}`)
    return EXIT.failed
  } finally {
    lines.close()
  }
}

async function tell(exchange: Exchange, line: string): Promise<boolean> {
  try {
    const reply = await exchange.ask(new TextEncoder().encode(line))
    print(reply.endsWith('\n') ? reply.slice(0, -1) : reply)
    return true
  } catch (error) {
    // A line that the framing cannot carry was never sent: the next one may be.
    if (!(error instanceof FramingError)) throw error
    warn(`framegate: not sent: ${error.message}`)
    return false
  }
}

function framingsOf({ framing, requestFraming, responseFraming, encoding, maxFrame }: Options) {
  try {
    new TextDecoder(encoding as Bun.Encoding)
  } catch {
    throw new UsageError(`There is no encoding "${encoding}". There are: utf-8, gbk, big5, …`)
  }
  const limits = { messageBytesMax: maxFrame }
  return {
    request: parseFraming(requestFraming ?? framing, limits),
    response: parseFraming(responseFraming ?? framing, limits),
  }
}

function addressOf(url: string, framing: string): Address {
  try {
    const address = parseAddress(url)
    // The framing says which it is where `HOST:PORT` alone does not.
    const isDatagram = address.transport === 'tcp' && transportOf(framing) === 'udp'
    return isDatagram ? { ...address, transport: 'udp' } : address
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

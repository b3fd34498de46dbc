/**
 * Runs a command for a client. That is dangerous, so: only commands that are named here, without a
 * shell unless the one who started the server said otherwise; in a process group of its own, which
 * is ended as a whole when it takes too long, says too much, when the client leaves, or when this
 * process ends, however that comes about.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Address } from '../posix/address.ts'

const ALLOWED = [
  'echo', 'cat', 'date', 'ls', 'pwd', 'printf', 'seq', 'sleep', 'true', 'false', 'uname', 'whoami',
] // biome-ignore format: a table

/** Status of a command that is not run, as a shell has it for one that it cannot run. */
const NOT_ALLOWED = 126
/** Status of a command that was ended, as a shell has it for SIGKILL. */
const ENDED = 137
const LOOK_MS = 50

/**
 * Leads the group. Its input is a pipe from us, which closes when we end: then it ends the group.
 * It waits for the command, and hands on its status.
 */
const GUARD = `exec 3<&0 </dev/null
( read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
"$@" 3<&-`

export interface CommandOptions {
  /** The line is a shell's, not one of the commands that are allowed. */
  shell: boolean
  timeoutMs: number
  /** Of both outputs together. */
  outputBytesMax: number
  /** Asked while it runs: nobody waits for the answer any more. */
  hasLeft(): boolean
}

export interface CommandResult {
  stdout: Uint8Array
  stderr: Uint8Array
  status: number
}

export const isLoopback = (address: Address): boolean =>
  address.transport === 'unix' ||
  address.host === 'localhost' ||
  address.host === '::1' ||
  /^127(\.\d{1,3}){3}$/.test(address.host)

/** Never throws for what the client asked: what went wrong is in `stderr`. */
export async function runCommand(line: string, options: CommandOptions): Promise<CommandResult> {
  const words = options.shell ? ['/bin/sh', '-c', line] : wordsOf(line)
  const [name = ''] = words
  if (line.includes('\0')) return refused('a command holds no NUL')
  if (!options.shell && !ALLOWED.includes(name)) {
    return refused(`"${name}" is not allowed. Allowed are: ${ALLOWED.join(' ')}.`)
  }
  const argv = ['-c', GUARD, 'framegate', ...words]
  const child = spawn('/bin/sh', argv, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const output = collect(child, options.outputBytesMax)
  let why: string | null = null
  const end = (reason: string) => {
    why ??= reason
    endGroup(child)
  }
  const timer = setTimeout(() => end(`it took over ${options.timeoutMs} ms`), options.timeoutMs)
  const look = setInterval(() => {
    if (output.isOver) end(`it said over ${options.outputBytesMax} bytes`)
    else if (options.hasLeft()) end('the client left')
  }, LOOK_MS)
  output.onOver = () => end(`it said over ${options.outputBytesMax} bytes`)
  try {
    const status = await endOf(child)
    // What it left behind in its group would go on without anybody to end it.
    endGroup(child)
    await output.closed
    if (why === null) return { stdout: output.stdout(), stderr: output.stderr(), status }
    const said = bytesOf(`framegate: the command was ended: ${why}.\n`)
    return { stdout: new Uint8Array(0), stderr: said, status: ENDED }
  } finally {
    clearTimeout(timer)
    clearInterval(look)
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function refused(why: string): CommandResult {
  const stderr = bytesOf(`framegate: ${why}\n`)
  return { stdout: new Uint8Array(0), stderr, status: NOT_ALLOWED }
}

/** Words of a line; quotes keep spaces, and nothing else is special. */
function wordsOf(line: string): string[] {
  const found = line.match(/(?:[^\s"']|"[^"]*"|'[^']*'|["'])+/g) ?? []
  return found.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL')
  } catch {
    // ESRCH: all of them have ended.
  }
}

const endOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(NOT_ALLOWED))
    child.once('exit', (code) => resolve(code ?? ENDED))
  })

interface Output {
  readonly isOver: boolean
  onOver: () => void
  readonly closed: Promise<void>
  stdout(): Uint8Array
  stderr(): Uint8Array
}

/** Keeps what it says, up to the limit. */
function collect(child: ChildProcess, bytesMax: number): Output {
  let bytes = 0
  const kept: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] }
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const output: Output = {
    get isOver() {
      return bytes > bytesMax
    },
    onOver: () => {},
    closed,
    stdout: () => Buffer.concat(kept.stdout),
    stderr: () => Buffer.concat(kept.stderr),
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Uint8Array) => {
      bytes += chunk.length
      if (bytes <= bytesMax) kept[name].push(chunk)
      else output.onOver()
    })
  }
  // It ends without having read its input, which is nothing that we ever wrote.
  child.stdin?.on('error', () => {})
  return output
}

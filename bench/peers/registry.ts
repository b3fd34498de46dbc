/** Servers to compare ours with. A new one is a file here and an entry below. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { newFolder } from '../../harness/scratch.ts'

export interface Peer {
  id: string
  /** One line for a person. */
  summary: string
  /** What it speaks; an echo of bytes speaks everything, and is compared in ours. */
  framing: string
  /** As --exec takes it. Throws an Error that says what is missing. */
  command(): string
}

const beside = (file: string): string => new URL(`./${file}`, import.meta.url).pathname
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

export const PEERS: readonly Peer[] = [
  {
    id: 'c-epoll',
    summary: 'C, epoll, one thread: echoes bytes without framing, the floor of what framing costs',
    framing: 'i32le',
    command: () => `exec ${quoted(compiled('epoll-echo.c'))} {port}`,
  },
  {
    id: 'node-net',
    summary: 'Node, node:net with length-prefixed-stream: what most people would write',
    framing: 'varint',
    command: () => `exec node ${quoted(beside('node-net.mjs'))} {port}`,
  },
  {
    id: 'posix-loop',
    summary: 'recv and sendall in a blocking loop, as in the lessons',
    framing: 'i32le',
    command: () => `exec ${quoted(process.execPath)} ${quoted(beside('posix-loop.ts'))} {port}`,
  },
]

export const findPeer = (id: string): Peer | undefined => PEERS.find((peer) => peer.id === id)

const programs = new Map<string, string>()

/** The program of a C file here, built once a run; it is gone with the run. */
function compiled(file: string): string {
  const source = beside(file)
  const known = programs.get(source)
  if (known !== undefined) return known
  const program = join(newFolder(), file.replace(/\.c$/, ''))
  const compiler = process.env.CC || 'cc'
  try {
    execFileSync(compiler, ['-O2', '-o', program, source], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: Buffer }
    const said = stderr?.toString().trim() || message
    throw new Error(`It is built with a C compiler, and "${compiler}" did not: ${said}`)
  }
  programs.set(source, program)
  return program
}

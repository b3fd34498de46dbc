/** Why a command's program is not ready, as far as that can be seen from outside. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Ended } from './launch.ts'

export interface NotReady {
  command: string
  /** Null while it runs. */
  ended: Ended | null
  said: string
  /** Processes of its group. */
  members: readonly number[]
}

const NOT_FOUND = 127
const NOT_EXECUTABLE = 126
const IN_USE = /EADDRINUSE|address (?:is )?already in use|only one usage of each socket/i

/** What to do about it; empty where nothing is known. */
export function startHint({ command, ended, said, members }: NotReady): string {
  if (IN_USE.test(said)) {
    return 'The port that it wants is in use: let it listen on {port}, which is a free one.'
  }
  if (ended?.code === NOT_FOUND) {
    return 'The shell found no such program: is it installed, in the PATH, and spelled right?'
  }
  if (ended?.code === NOT_EXECUTABLE) {
    return 'It may not be executed: chmod +x it, or start it by its interpreter.'
  }
  if (ended) return ''
  const ports = listeningPorts(members)
  if (ports.length > 0) {
    return `It listens on port ${ports.join(', ')}: put {port} where the command says that number.`
  }
  if (/\{(?:port|path)\}|\bPORT\b|FRAMEGATE_PORT/.test(command)) return ''
  return 'The command has no {port}: unless the program reads PORT it cannot know where to listen.'
}

const LISTEN = '0A'

/** Ports of TCP on which these processes listen; none where the system does not tell. */
function listeningPorts(pids: readonly number[]): number[] {
  const inodes = new Set(pids.flatMap(socketsOf))
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => linesOf(table))
  const ports = rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/)
    return state === LISTEN && inodes.has(inode) ? [Number.parseInt(local.split(':')[1]!, 16)] : []
  })
  return [...new Set(ports)]
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n')
  } catch {
    // Not Linux, or no IPv6.
    return []
  }
}

/** Inodes of the sockets that a process holds. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`)) ?? []
      return inode === undefined ? [] : [inode]
    })
  } catch {
    // It has gone, or a descriptor has while it was looked at.
    return []
  }
}

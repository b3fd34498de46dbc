/** Clients that cost too much while they run. */
import { openSync } from 'node:fs'
import { Connection } from '../connection.ts'
import { clientOf } from './client.ts'
import type { ClientMutant } from './mutant.ts'

const Right = clientOf(Connection)
const FILES = 10
const KEPT_BYTES = 64 * 1024

export const costs: readonly ClientMutant[] = [
  {
    id: 'opens-for-every-reply',
    fault: 'Opens ten files for every reply and closes none.',
    killedBy: { 'client/descriptors-over-replies': ['leak'] },
    client: class extends Right {
      override print(line: Uint8Array) {
        for (let i = 0; i < FILES; i++) openSync('/dev/null', 'r')
        super.print(line)
      }
    },
  },
  {
    id: 'keeps-a-buffer-per-reply',
    fault: 'Reads every reply into a new buffer of 64 KiB and keeps all of them.',
    killedBy: { 'client/memory-over-replies': ['memory'] },
    client: class extends Right {
      kept: Uint8Array[] = []
      override print(line: Uint8Array) {
        // Written to, or the system would not give the memory.
        this.kept.push(new Uint8Array(KEPT_BYTES).fill(1))
        super.print(line)
      }
    },
  },
  {
    id: 'asks-again-and-again',
    fault: 'Asks for a reply in a loop instead of waiting for it.',
    killedBy: { 'client/rests-while-waiting': ['busy'] },
    client: class extends Right {
      override sendAll() {
        super.sendAll()
        const ask = () => void setImmediate(ask)
        ask()
      }
    },
  },
]

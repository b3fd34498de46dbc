/** One connection more than are allowed: it is told, and let go. */
import type { Socket } from 'bun'
import { encodeJsonHeader } from '../../wire/json-header.ts'

export function refuseConnection(socket: Socket<unknown>, connectionsMax: number): void {
  const text = `The server has ${connectionsMax} connections, its most. Try again later.`
  const message = new TextEncoder().encode(text)
  const header = { totalSize: message.length, md5: null, fileName: null }
  // Into an empty send buffer it fits at once; whoever does not read it loses nothing.
  socket.write(Buffer.concat([encodeJsonHeader(header, { error: 'busy' }), message]))
  socket.end()
}

/**
 * Shows what peers say, and sends them what is typed. Without anybody to type, it answers itself.
 *
 * SHOWS  One socket for all peers: the reply goes to the address that the message came from. A
 *        message over 1,024 bytes is cut off, and nobody is told.
 */
import { answer, isShutDown, printable } from '../datagrams.ts'
import { askWhile } from '../keyboard.ts'
import type { Stage } from '../lesson.ts'
import { bytesOf } from '../text.ts'

export function serve({ server, ready, print, reply }: Stage): void {
  ready()
  for (let ordinal = 1; ; ordinal++) {
    const [message, peer] = server.recvfrom(1024)
    if (isShutDown(peer)) break
    print(`[${peer.join(' ')}] ${printable(message)}`)
    const line = askWhile(server, `to ${peer.join(' ')}: `)
    answer(server, line === null ? reply(message, ordinal) : bytesOf(line), peer)
  }
}

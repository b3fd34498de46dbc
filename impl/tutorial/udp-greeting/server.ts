/**
 * Says `hi` to whoever sends a datagram.
 *
 * SHOWS  No listen, no accept, no connection: each datagram comes with the address of its sender,
 *        and the reply goes there. Either side may be started first.
 */
import { answer, isShutDown, printable } from '../datagrams.ts'
import type { Stage } from '../lesson.ts'
import { bytesOf } from '../text.ts'

export function serve({ server, ready, print }: Stage): void {
  ready()
  for (;;) {
    const [message, client] = server.recvfrom(1024)
    if (isShutDown(client)) break
    print(`${printable(message)} from ${client.join(' ')}`)
    answer(server, bytesOf('hi'), client)
  }
}

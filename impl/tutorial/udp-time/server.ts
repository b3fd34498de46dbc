/**
 * Tells the time: the message is a format of strftime, an empty one means `%Y-%m-%d %X`.
 *
 * SHOWS  An empty datagram is a message, not an end. A format over 1,024 bytes is cut off, and the
 *        answer to its beginning looks like an answer to all of it.
 */
import { handlerOf } from '../../service.ts'
import { answer, isShutDown } from '../datagrams.ts'
import type { Stage } from '../lesson.ts'

const time = handlerOf('time')

export function serve({ server, ready }: Stage): void {
  ready()
  for (let ordinal = 1; ; ordinal++) {
    const [format, client] = server.recvfrom(1024)
    if (isShutDown(client)) break
    const reply = time(format, ordinal)
    if (reply) answer(server, reply, client)
  }
}

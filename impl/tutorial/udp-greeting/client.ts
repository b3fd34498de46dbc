/**
 * Sends one datagram, prints the reply.
 *
 * SHOWS  A datagram to nobody is lost without a word. Whoever wants a reply has to ask again until
 *        it comes; so the server may as well be started later.
 * RUN    bun impl/tutorial/udp-greeting/client.ts udp://127.0.0.1:PORT
 */
import { SocketTimeout } from '../../../posix/socket.ts'
import { datagrams, hostAndPort } from '../datagrams.ts'
import { given, print } from '../terminal.ts'
import { bytesOf, textOf } from '../text.ts'

const PATIENCE_S = 0.25

const [address = ''] = given
const client = datagrams(address)
client.settimeout(PATIENCE_S)
for (;;) {
  client.sendto(bytesOf('hello'), hostAndPort(address))
  try {
    const [reply] = client.recvfrom(1024)
    print(textOf(reply))
    break
  } catch (error) {
    if (!(error instanceof SocketTimeout)) throw error
  }
}
client.close()

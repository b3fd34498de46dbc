/**
 * Prompts for a format, prints the time in it. An empty line asks for date and time, `q` leaves.
 *
 * SHOWS  Here an empty line may be sent: a datagram of 0 bytes arrives.
 * RUN    bun impl/tutorial/udp-time/client.ts udp://127.0.0.1:PORT
 */
import { SocketTimeout } from '../../../posix/socket.ts'
import { datagrams, hostAndPort } from '../datagrams.ts'
import { askAnything, given, print } from '../terminal.ts'
import { bytesOf, textOf } from '../text.ts'

const PATIENCE_S = 5
const REPLY_BYTES_MAX = 65_535

const [address = ''] = given
const client = datagrams(address)
client.settimeout(PATIENCE_S)
for (;;) {
  const format = askAnything('>>> ')
  if (format === null || format === 'q') break
  client.sendto(bytesOf(format), hostAndPort(address))
  try {
    const [reply] = client.recvfrom(REPLY_BYTES_MAX)
    print(textOf(reply))
  } catch (error) {
    if (!(error instanceof SocketTimeout)) throw error
    print('No answer.')
  }
}
client.close()

/**
 * Reads the header's length, the header, the output; each exactly. Checks the md5.
 *
 * RUN  bun impl/tutorial/json-header/client.ts tcp://127.0.0.1:PORT [--encoding gbk]
 */
import { createHash } from 'node:crypto'
import { recvExactly, recvHeader } from '../pieces.ts'
import { ask, decoder, dial, print } from '../terminal.ts'
import { bytesOf } from '../text.ts'

const server = dial()
const decoded = decoder()
for (;;) {
  const line = ask('>>> ')
  if (line === null) break
  const isLast = line === 'q' || line === 'Q'
  server.sendall(bytesOf(isLast ? 'Q' : line))
  if (isLast) break
  const { md5, total_size, status } = recvHeader(server)
  const output = recvExactly(server, total_size as number)
  print(decoded(output))
  if (createHash('md5').update(output).digest('hex') !== md5) print('The md5 is another one!')
  if (status !== 0) print(`exit status ${status}`)
}
server.close()

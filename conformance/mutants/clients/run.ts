/**
 * Runs a client mutant, or a right client that they are made from.
 *
 * RUN  bun conformance/mutants/clients/run.ts HOST PORT right-u32be|<mutant>
 */
import type { Connection } from '../connection.ts'
import type { ClientClass } from './client.ts'
import { CLIENT_MUTANTS, RIGHT_CLIENTS } from './mutants.ts'

const [host, port, id] = process.argv.slice(2)
const Chosen: ClientClass | undefined =
  CLIENT_MUTANTS.find((mutant) => mutant.id === id)?.client ?? RIGHT_CLIENTS[id ?? '']
if (!Chosen) {
  console.error(`There is no client "${id}".`)
  process.exit(2)
}

const lines = (await Bun.stdin.text()).split('\n').slice(0, -1)
const requests = lines.map((line) => Uint8Array.from(Buffer.from(line, 'hex')))

Bun.connect<Connection>({
  hostname: host!,
  port: Number(port),
  allowHalfOpen: true,
  socket: {
    binaryType: 'uint8array',
    open(socket) {
      const client = new Chosen(socket)
      client.requests = requests
      socket.data = client
      client.opened()
    },
    data: ({ data }, chunk) => data.data(chunk),
    drain: ({ data }) => data.drain(),
    end: ({ data }) => data.ended(),
    close: ({ data }, error) => data.closed(error),
    error(_, error) {
      // A mutant that throws is meant to: its process ends, as that of any careless client.
      console.error(error.stack)
      process.exit(70)
    },
  },
}).catch((error: Error) => {
  const unconnected = new Chosen(null as never)
  unconnected.fail(`no connection: ${error.message}`)
})

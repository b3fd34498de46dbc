/**
 * A program with one behaviour, for the tests of launching and of schedules.
 *
 * RUN  bun harness/testdata/program.ts BEHAVIOUR [PORT or path of a Unix socket]
 */
import type { Socket } from 'bun'

const [behaviour = '', where = ''] = process.argv.slice(2)

const behaviours: Record<string, () => void> = {
  /** Answers each read with its size, as a line. */
  'tell-reads': () => serve((socket, chunk) => void socket.write(`${chunk.length}\n`)),
  /** Reads 5 bytes of a connection and then no more. */
  'stop-reading'() {
    serve((socket) => void socket.pause())
  },
  /** Reads and never answers; SIGTERM is exit status 7. */
  'exit-seven'() {
    // Before it listens: whoever sees it listen may send the signal.
    process.on('SIGTERM', () => process.exit(7))
    serve(() => {})
  },
  /** Goes on after SIGTERM. */
  'ignore-sigterm'() {
    process.on('SIGTERM', () => console.log('ignored'))
    serve(() => {})
  },
  /** Says more than anybody keeps, then listens. */
  chatty() {
    for (let line = 0; line < 20_000; line++) console.log(`line ${line} ${'x'.repeat(60)}`)
    console.error('last words')
    serve(() => {})
  },
}

function serve(data: (socket: Socket, chunk: Uint8Array) => void): void {
  const socket = { binaryType: 'uint8array' as const, data }
  if (where.includes('/')) Bun.listen({ unix: where, socket: socket as never })
  else Bun.listen({ hostname: '127.0.0.1', port: Number(where), socket: socket as never })
}

const chosen = behaviours[behaviour]
if (!chosen) throw new Error(`There is no behaviour "${behaviour}".`)
chosen()

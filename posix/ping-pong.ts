/**
 * CLAIM     A server on the socket module answers within 15 % of the time that Bun.listen takes.
 * MEASURES  Round trips of 64 B over loopback, one in flight: p50 of fresh processes in turns.
 * RUN       bun posix/ping-pong.ts [LAUNCHES]
 */
import { C, type Socket, socket } from './socket.ts'

const MESSAGE_BYTES = 64
const WARM_UP = 3_000
const MEASURED = 6_000
const LAUNCHES_DEFAULT = 8
const RATIO_MAX = 1.15

type Kind = 'posix' | 'Bun.listen'

/** Echoes for ever, and says where. */
const servers: Record<Kind, () => void> = {
  posix() {
    const server = socket()
    server.bind(['127.0.0.1', 0])
    server.listen(1)
    console.log(server.getsockname()[1])
    const [client] = server.accept()
    client.setsockopt(C.IPPROTO_TCP, C.TCP_NODELAY, 1)
    const buffer = new Uint8Array(MESSAGE_BYTES)
    for (let count = client.recvInto(buffer); count > 0; count = client.recvInto(buffer)) {
      client.sendall(buffer.subarray(0, count))
    }
  },
  'Bun.listen'() {
    const data = (client: { write(bytes: Uint8Array): number }, bytes: Uint8Array) =>
      void client.write(bytes)
    const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data } })
    console.log(listener.port)
  },
}

/** p50 of one launch, in microseconds. */
async function measure(kind: Kind): Promise<number> {
  const child = Bun.spawn([process.execPath, import.meta.path, 'serve', kind], { stdout: 'pipe' })
  try {
    const { value } = await child.stdout.getReader().read()
    const client = socket()
    client.connect(['127.0.0.1', Number(new TextDecoder().decode(value))])
    client.setsockopt(C.IPPROTO_TCP, C.TCP_NODELAY, 1)
    const message = new Uint8Array(MESSAGE_BYTES)
    for (let i = 0; i < WARM_UP; i++) exchange(client, message)
    const took: number[] = []
    for (let i = 0; i < MEASURED; i++) {
      const begin = Bun.nanoseconds()
      exchange(client, message)
      took.push(Bun.nanoseconds() - begin)
    }
    client.close()
    return median(took) / 1_000
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
}

function exchange(client: Socket, message: Uint8Array): void {
  client.sendall(message)
  for (let got = 0; got < message.length; ) got += client.recvInto(message.subarray(got))
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!

async function compare(launches: number): Promise<number> {
  const p50: Record<Kind, number[]> = { posix: [], 'Bun.listen': [] }
  for (let i = 0; i < launches; i++) {
    // ABBA: what drifts meets both alike.
    const turn: Kind[] = i % 2 === 0 ? ['posix', 'Bun.listen'] : ['Bun.listen', 'posix']
    for (const kind of turn) p50[kind].push(await measure(kind))
  }
  for (const kind of ['posix', 'Bun.listen'] as const) {
    const low = Math.min(...p50[kind]).toFixed(1)
    const high = Math.max(...p50[kind]).toFixed(1)
    console.log(`${kind.padEnd(10)}  p50 ${median(p50[kind]).toFixed(1)} µs (${low} to ${high})`)
  }
  return median(p50.posix) / median(p50['Bun.listen'])
}

if (import.meta.main) {
  const [first = String(LAUNCHES_DEFAULT), kind] = process.argv.slice(2)
  if (first === 'serve') servers[kind as Kind]()
  else {
    const ratio = await compare(Number(first))
    const verdict = ratio <= RATIO_MAX ? 'within' : 'NOT within'
    console.log(`posix takes ${ratio.toFixed(2)} times as long: ${verdict} ${RATIO_MAX}`)
    process.exit(ratio <= RATIO_MAX ? 0 : 1)
  }
}

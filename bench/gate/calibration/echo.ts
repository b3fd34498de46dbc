/**
 * An echo of u32be frames that does so much work a message: what calibration puts under the gate.
 *
 * RUN  bun bench/gate/calibration/echo.ts 9000 5000   listens, 5,000 steps of work a message
 *      bun bench/gate/calibration/echo.ts steps       prints the nanoseconds of a step
 */
const HEAD_BYTES = 4
const TIMED_STEPS = 50_000_000
/** As many at once as a message has: the code that a message runs is the code that is timed. */
const STEPS_A_TIME = 1_000

let state = 1

/** Not to be left out by a compiler: each step needs the one before. */
function work(steps: number): void {
  let x = state
  for (let i = 0; i < steps; i++) x = Math.imul(x ^ i, 0x9e3779b1)
  state = x
}

function nsPerStep(): number {
  for (let done = 0; done < TIMED_STEPS; done += STEPS_A_TIME) work(STEPS_A_TIME)
  // Of the CPU: what else runs on the machine must not make steps look long.
  const before = process.cpuUsage()
  for (let done = 0; done < TIMED_STEPS; done += STEPS_A_TIME) work(STEPS_A_TIME)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / TIMED_STEPS
}

interface Peer {
  rest: Buffer
  unsent: Buffer
}

function listen(port: number, steps: number): void {
  Bun.listen<Peer>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open(socket) {
        socket.data = { rest: Buffer.alloc(0), unsent: Buffer.alloc(0) }
        socket.setNoDelay(true)
      },
      data(socket, chunk) {
        const { data } = socket
        const bytes = data.rest.length === 0 ? chunk : Buffer.concat([data.rest, chunk])
        let at = 0
        for (;;) {
          if (bytes.length - at < HEAD_BYTES) break
          const end = at + HEAD_BYTES + bytes.readUInt32BE(at)
          if (bytes.length < end) break
          work(steps)
          at = end
        }
        data.rest = Buffer.from(bytes.subarray(at))
        // Whole frames go back as they came.
        data.unsent = Buffer.concat([data.unsent, bytes.subarray(0, at)])
        flush(socket)
      },
      drain: flush,
    },
  })
}

function flush(socket: Bun.Socket<Peer>): void {
  const { data } = socket
  if (data.unsent.length === 0) return
  const written = socket.write(data.unsent)
  data.unsent = data.unsent.subarray(Math.max(0, written))
}

const [first, second] = process.argv.slice(2)
if (first === 'steps') process.stdout.write(`${nsPerStep()}\n`)
else listen(Number(first), Number(second))

/**
 * Blocks in recv while a signal comes every millisecond, whose handler does not restart calls.
 *
 * RUN  bun posix/testdata/interrupted.ts PORT
 */
import { dlopen, FFIType, type Pointer, ptr } from 'bun:ffi'
import { constants } from 'node:os'
import { C } from '../constants.ts'
import { errno, errnoCode, libc } from '../libc.ts'
import { socket } from '../socket.ts'

const { i32, pointer } = FFIType
const { symbols } = dlopen(C.libc, {
  signal: { args: [i32, pointer], returns: pointer },
  siginterrupt: { args: [i32, i32], returns: i32 },
  setitimer: { args: [i32, pointer, pointer], returns: i32 },
  dlsym: { args: [pointer, FFIType.cstring], returns: pointer },
})
const MILLISECOND_US = 1_000n

const client = socket()
client.connect(['127.0.0.1', Number(process.argv[2])])
// A handler has to be native code here: a function of the C library that takes a number.
const handler = symbols.dlsym(null, Buffer.from('abs\0')) as Pointer
symbols.signal(constants.signals.SIGALRM, handler)
symbols.siginterrupt(constants.signals.SIGALRM, 1)
const every = BigInt64Array.of(0n, MILLISECOND_US, 0n, MILLISECOND_US)
symbols.setitimer(0, ptr(every), null)

const buffer = new Uint8Array(100)
const bare = libc.recv(client.fileno(), ptr(buffer), buffer.length, 0)
process.stdout.write(`bare ${bare === -1 ? errnoCode(errno()) : bare}\n`)
process.stdout.write(`recv ${new TextDecoder().decode(client.recv(100))}\n`)
client.settimeout(0.2)
const begin = performance.now()
try {
  client.recv(100)
} catch (error) {
  const waited = performance.now() - begin >= 199
  process.stdout.write(`${(error as Error).name} ${waited ? 'in time' : 'too early'}\n`)
}
process.exit(0)

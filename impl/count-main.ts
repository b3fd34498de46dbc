/**
 * Counts what a server does for its messages, exactly: no kernel, no clock, nothing left to chance.
 *
 * The implementation is started and connected to as ever, but what its connection reads and writes
 * is in memory: it gets reads of a fixed size, and every write is taken whole. Whatever counts
 * differently the next time has been changed. The process is good for nothing else: it counts
 * inside the engine's own types.
 *
 * RUN  bun impl/count-main.ts '{"name":"length-prefixed","messageBytes":64,"depth":16}'
 */
import type { StreamHandler } from './stream-socket.ts'

export interface CountPlan {
  name: string
  framing?: string
  messageBytes: number
  /** Messages that arrive together. */
  depth: number
}

/** Per 1,000 messages, after a warm-up. */
export interface ExactCounts {
  reads: number
  writes: number
  bytesCopied: number
  /** Byte arrays and views of them that were made. */
  allocations: number
}

const PER_MESSAGES = 1_000
const WARM_UP_BATCHES = 4
/** Of large messages fewer are sent, and the counts scaled up. */
const BYTES_MAX = 64 * 1024 * 1024
const LETTER = 0x61

const counts: ExactCounts = { reads: 0, writes: 0, bytesCopied: 0, allocations: 0 }
let isCounting = false

/** Before any other module is loaded: some of them keep these functions. */
function countAllocations(): void {
  const made = () => {
    if (isCounting) counts.allocations++
  }
  const wrap = (owner: object, name: string, copies = false) => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => { length: number }
    Object.defineProperty(owner, name, {
      value(this: unknown, ...args: unknown[]) {
        made()
        const result = original.apply(this, args)
        if (copies && isCounting) counts.bytesCopied += result.length
        return result
      },
      configurable: true,
      writable: true,
    })
  }
  const bytes = Object.getPrototypeOf(Uint8Array.prototype) as object
  wrap(bytes, 'subarray')
  wrap(bytes, 'slice', true)
  for (const name of ['subarray', 'slice']) wrap(Buffer.prototype, name)
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) wrap(Buffer, name)
  for (const name of ['from', 'concat']) wrap(Buffer, name, true)
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct(target, args, newTarget) {
      made()
      return Reflect.construct(
        target,
        args,
        newTarget === globalThis.Uint8Array ? target : newTarget,
      )
    },
  })
}

let repliedBytes = 0

/** The implementation's own connection, whose socket takes every write whole and sends nothing. */
async function connectionOf({ name, framing }: CountPlan): Promise<StreamHandler> {
  const { findImplementation } = await import('./registry.ts')
  const { StreamSocket } = await import('./stream-socket.ts')
  const implementation = findImplementation(name)
  if (!implementation) throw new Error(`There is no implementation "${name}".`)
  const attached = new Promise<StreamHandler>((resolve) => {
    StreamSocket.prototype.attach = resolve
  })
  StreamSocket.prototype.write = (_, __, length) => {
    if (isCounting) counts.writes++
    repliedBytes += length
    return length
  }
  const server = await implementation.start({
    listen: { transport: 'tcp', host: '127.0.0.1', port: 0 },
    framing: framing ?? implementation.framings[0],
    service: 'echo',
    messageBytesMax: 2 * BYTES_MAX,
    writes: 'joined',
  })
  const { parseAddress } = await import('../posix/address.ts')
  const { NonBlockingSocket } = await import('../posix/non-blocking-socket.ts')
  const address = parseAddress(server.address)
  NonBlockingSocket.open(address).connect(address)
  return await attached
}

/** So many messages as bytes, one behind the other. */
async function streamOf(plan: CountPlan, messages: number): Promise<Buffer> {
  const { parseFraming } = await import('../wire/registry.ts')
  const { findImplementation } = await import('./registry.ts')
  const framing = plan.framing ?? findImplementation(plan.name)!.framings[0]
  const encoder = parseFraming(framing, { messageBytesMax: 2 * BYTES_MAX }).encoder()
  const frame = encoder.encode(Buffer.alloc(plan.messageBytes, LETTER))
  return Buffer.concat(Array.from({ length: messages }, () => frame))
}

async function count(plan: CountPlan): Promise<ExactCounts> {
  const connection = await connectionOf(plan)
  const { readBuffers } = await import('../posix/read-buffers.ts')
  const { copied } = await import('../wire/bytes.ts')
  const wanted = Math.min(PER_MESSAGES, Math.ceil(BYTES_MAX / Math.max(1, plan.messageBytes)))
  const depth = Math.min(plan.depth, wanted)
  const batches = Math.ceil(wanted / depth)
  const batch = await streamOf(plan, depth)
  const send = (isCounted: boolean) => {
    for (let at = 0; at < batch.length; at += readBuffers.bytesMax) {
      const bytes = batch.subarray(at, at + readBuffers.bytesMax)
      isCounting = isCounted
      const chunk = readBuffers.view(bytes.length)
      chunk.set(bytes)
      if (isCounted) counts.reads++
      if (connection.data(chunk)) readBuffers.leave()
      isCounting = false
    }
  }
  for (let sent = 0; sent < WARM_UP_BATCHES; sent++) send(false)
  const before = copied.bytes
  repliedBytes = 0
  for (let sent = 0; sent < batches; sent++) send(true)
  counts.bytesCopied += copied.bytes - before
  if (repliedBytes !== batches * batch.length) {
    throw new Error(
      `${repliedBytes} bytes came back of ${batches * batch.length}: nothing to count.`,
    )
  }
  const perMessages = PER_MESSAGES / (batches * depth)
  return Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [
      name,
      Math.round(value * perMessages * 10) / 10,
    ]),
  ) as unknown as ExactCounts
}

countAllocations()
console.log(JSON.stringify(await count(JSON.parse(process.argv[2]!) as CountPlan)))
process.exit(0)

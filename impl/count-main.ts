/**
 * Counts what a server does for its messages, exactly: no kernel, no clock, nothing left to chance.
 *
 * The implementation is started as ever, but what it listens on is in memory: a connection gets
 * reads of a fixed size and takes every write whole. Whatever counts differently the next time has
 * been changed. The process is good for nothing else: it counts inside the engine's own types.
 *
 * RUN  bun impl/count-main.ts '{"name":"length-prefixed","messageBytes":64,"depth":16}'
 */
import type { SocketHandler } from 'bun'

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

/** What one read of Bun's event loop returns at most. */
const READ_BYTES_MAX = 512 * 1024
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

type Handlers = SocketHandler<unknown, 'uint8array'>

/** What the implementation asked of the connections that it listens for. */
async function handlersOf({ name, framing }: CountPlan): Promise<Handlers> {
  const { findImplementation } = await import('./registry.ts')
  const implementation = findImplementation(name)
  if (!implementation) throw new Error(`There is no implementation "${name}".`)
  let handlers: Handlers | null = null
  Object.defineProperty(Bun, 'listen', {
    value: ({ socket }: { socket: Handlers }) => {
      handlers = socket
      return { port: 1, stop: () => undefined }
    },
  })
  await implementation.start({
    listen: { transport: 'tcp', host: '127.0.0.1', port: 0 },
    framing: framing ?? implementation.framings[0],
    service: 'echo',
    messageBytesMax: 2 * BYTES_MAX,
    writes: 'joined',
  })
  if (!handlers) throw new Error(`${name} does not listen for streams.`)
  return handlers
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
  const handlers = await handlersOf(plan)
  const { copied } = await import('../wire/bytes.ts')
  const wanted = Math.min(PER_MESSAGES, Math.ceil(BYTES_MAX / Math.max(1, plan.messageBytes)))
  const depth = Math.min(plan.depth, wanted)
  const batches = Math.ceil(wanted / depth)
  const batch = await streamOf(plan, depth)
  let replied = 0
  const socket = {
    data: null,
    write(bytes: Uint8Array, offset = 0, length = bytes.length - offset) {
      if (isCounting) counts.writes++
      replied += length
      return length
    },
  }
  handlers.open!(socket as never)
  const send = (isCounted: boolean) => {
    for (let at = 0; at < batch.length; at += READ_BYTES_MAX) {
      // As the event loop does: every read is memory of its own, which is not the server's doing.
      // What the server does with it, changing it or giving it back, is.
      const chunk = new Uint8Array(batch.subarray(at, at + READ_BYTES_MAX))
      if (isCounted) counts.reads++
      isCounting = isCounted
      handlers.data!(socket as never, chunk as never)
      isCounting = false
    }
  }
  for (let sent = 0; sent < WARM_UP_BATCHES; sent++) send(false)
  const before = copied.bytes
  replied = 0
  for (let sent = 0; sent < batches; sent++) send(true)
  counts.bytesCopied += copied.bytes - before
  if (replied !== batches * batch.length) {
    throw new Error(`${replied} bytes came back of ${batches * batch.length}: nothing to count.`)
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

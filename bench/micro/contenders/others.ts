/** Packages of which one way is measured. */
import type { Transform } from 'node:stream'
import { type Pass, weigh } from '../contender.ts'
import type { Tape } from '../tape.ts'
import { exchangeThrough, throughStream } from './through-stream.ts'

const LINE_FEED = '\n'

interface Split2 {
  default(matcher: string): Transform
}

interface SlipOptions {
  onMessage(message: Uint8Array): void
  maxMessageSize: number
}

interface Slip {
  encode(message: Uint8Array): Uint8Array
  Decoder: new (options: SlipOptions) => { decode(chunk: Uint8Array): void }
}

// @ts-expect-error: the package comes without types.
const loadSplit2 = (): Promise<Split2> => import('split2')
// @ts-expect-error: the package comes without types.
const loadSlip = (): Promise<Slip> => import('slip')

export async function decodeSplit2({ chunks, messages }: Tape): Promise<Pass> {
  const { default: split } = await loadSplit2()
  return throughStream(split(LINE_FEED), chunks, messages.length)
}

export async function exchangeSplit2(tape: Tape): Promise<Pass> {
  const { default: split } = await loadSplit2()
  const lineFeed = Buffer.from(LINE_FEED)
  const encode = async (messages: readonly Buffer[]) =>
    messages.flatMap((message) => [message, lineFeed])
  return exchangeThrough(encode, split(LINE_FEED), tape)
}

export async function decodeSerialportDelimiter({ chunks, messages }: Tape): Promise<Pass> {
  const { DelimiterParser } = await import('@serialport/parser-delimiter')
  return throughStream(new DelimiterParser({ delimiter: LINE_FEED }), chunks, messages.length)
}

export async function decodeSerialportByteLength({ chunks, messages }: Tape): Promise<Pass> {
  const { ByteLengthParser } = await import('@serialport/parser-byte-length')
  const length = messages[0]!.length
  return throughStream(new ByteLengthParser({ length }), chunks, messages.length)
}

export async function decodeFrameStream({ chunks, messages }: Tape): Promise<Pass> {
  const { decode } = await import('frame-stream')
  return throughStream(decode(), chunks, messages.length)
}

/** Without a stream in front and without JSON.parse behind it: the framing alone. */
export async function decodeVscodeJsonrpc({ chunks, messages }: Tape): Promise<Pass> {
  const { ReadableStreamMessageReader } = await import('vscode-jsonrpc/node')
  let feed = (_chunk: Uint8Array): void => {}
  let keeping: Uint8Array[] | null = null
  let [seen, sum] = [0, 0]
  let done = (): void => {}
  const nothing = { dispose() {} }
  const readable = {
    onData(listener: (chunk: Uint8Array) => void) {
      feed = listener
      return nothing
    },
    onClose: () => nothing,
    onError: () => nothing,
    onEnd: () => nothing,
  }
  const asItIs = {
    name: 'application/octet-stream',
    decode: async (bytes: Uint8Array) => ({ jsonrpc: '2.0', bytes }),
  }
  new ReadableStreamMessageReader(readable, { contentTypeDecoder: asItIs }).listen((message) => {
    const { bytes } = message as unknown as { bytes: Uint8Array }
    if (keeping === null) sum += weigh(bytes)
    else keeping.push(bytes)
    if (++seen === messages.length) done()
  })
  return async (kept) => {
    const finished = new Promise<void>((resolve) => {
      done = resolve
    })
    ;[keeping, seen, sum] = [kept, 0, 0]
    for (const chunk of chunks) feed(chunk)
    await finished
    return sum
  }
}

export async function decodeSlip({ chunks }: Tape): Promise<Pass> {
  const { Decoder } = await loadSlip()
  let keeping: Uint8Array[] | null = null
  let sum = 0
  const decoder = new Decoder({
    maxMessageSize: Number.MAX_SAFE_INTEGER,
    onMessage(message) {
      if (keeping === null) sum += weigh(message)
      else keeping.push(message)
    },
  })
  return (kept) => {
    ;[keeping, sum] = [kept, 0]
    for (const chunk of chunks) decoder.decode(chunk)
    return sum
  }
}

export async function encodeSlip({ messages }: Tape): Promise<Pass> {
  const { encode } = await loadSlip()
  return (kept) => {
    let sum = 0
    for (const message of messages) {
      const frame = encode(message)
      if (kept === null) sum += weigh(frame)
      else kept.push(frame)
    }
    return sum
  }
}

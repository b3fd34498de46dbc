/** What a client printed, read back: one message a line, in hex. */

const LINE_FEED = 0x0a
const SHOWN_CHARACTERS = 60

export interface Printed {
  messages: Uint8Array[]
  /** What was wrong with the first line that is no message; nothing is read behind it. */
  malformed: string | null
}

/** An empty line is an empty message. A last line without a line feed counts unless it is empty. */
export function readPrinted(output: Uint8Array): Printed {
  const messages: Uint8Array[] = []
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(LINE_FEED, at)
    const line = Buffer.from(output.subarray(at, end < 0 ? output.length : end)).toString('latin1')
    const message = Buffer.from(line.trim(), 'hex')
    if (message.length * 2 !== line.trim().length) {
      const shown = line.slice(0, SHOWN_CHARACTERS) + (line.length > SHOWN_CHARACTERS ? ' …' : '')
      const malformed = `Line ${messages.length + 1} of its output is no message in hex: "${shown}"`
      return { messages, malformed }
    }
    messages.push(message)
    at = end < 0 ? output.length : end + 1
  }
  return { messages, malformed: null }
}

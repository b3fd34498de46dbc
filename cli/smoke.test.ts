/** `framegate smoke` names what is the matter, of real servers that are spoken to wrongly. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'

// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Takes frames of u32be; what it does with the connection and a message comes with the test. */
const server = (onConnect: string, onMessage: string) => `
const frame = (message) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(message.length)
  return Buffer.concat([bytes, message])
}
let connections = 0
require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
  let rest = Buffer.alloc(0)
  let answered = 0
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('close', () => connections--)
  connections++
  ${onConnect}
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const message = rest.subarray(4, 4 + rest.readUInt32BE())
      rest = rest.subarray(4 + message.length)
      ${onMessage}
      answered++
    }
    if (rest.length >= 4 && rest.readUInt32BE() > 65536) socket.destroy()
  })
}).listen(process.argv[2])
`

const ECHO = 'socket.write(frame(message))'
const noNode = Bun.which('node') === null
let files = 0
const run = (source: string, ...more: string[]) => {
  const path = join(folder, `${++files}.cjs`)
  writeFileSync(path, source)
  return framegate(...more, '--exec', `node '${path}' {port}`)
}

describe.skipIf(noNode).concurrent('what is the matter', () => {
  const matters: readonly (readonly [string, string, string, string[]])[] = [
    [
      'the byte order',
      server('', ECHO),
      'guess     It answers frames of u32be: the byte order is the other one.',
      ['--framing', 'u32le'],
    ],
    ['another framing', server('', ECHO), 'try       --framing u32be', ['--framing', 'netstring']],
    [
      'the header is counted',
      server('', ECHO)
        .replaceAll('4 + rest.readUInt32BE()', 'rest.readUInt32BE()')
        .replace('bytes.writeUInt32BE(message.length)', 'bytes.writeUInt32BE(message.length + 4)'),
      'It answers frames of u32be?length-includes-header: its length counts the header.',
      ['--framing', 'u32be'],
    ],
    [
      'upper case',
      server('', 'socket.write(frame(Buffer.from(message.toString().toUpperCase())))'),
      'try       --service upper',
      ['--framing', 'u32be'],
    ],
    [
      'a reply in another framing',
      server('', "socket.write(message + '\\n')"),
      'try       --request-framing u32be --response-framing line',
      ['--framing', 'u32be'],
    ],
    [
      'a reply without a frame',
      server('', 'socket.write(message)'),
      'guess     The reply has no frame around it.',
      ['--framing', 'u32be'],
    ],
    [
      'a banner',
      server("socket.write('220 ready\\r\\n')", ECHO),
      'guess     It speaks first: "220 ready\\r\\n" came before anything was asked.',
      ['--framing', 'u32be'],
    ],
    [
      'one reply a connection',
      server('', `if (answered === 0) ${ECHO}`),
      'guess     It answers one frame of a connection, and not the next.',
      ['--framing', 'u32be'],
    ],
    [
      'one connection at a time',
      server('if (connections > 1) return socket.resume()', ECHO),
      'try       --single-connection',
      ['--framing', 'u32be'],
    ],
    ['no reply', server('', ''), 'Does it answer every message', ['--framing', 'u32be']],
    [
      'its end',
      server("socket.on('data', () => process.exit(3))", ECHO),
      'guess     The server exited with 3: mend that first.',
      ['--framing', 'u32be'],
    ],
  ]
  test.each(matters)('%s', async (_, source, words, options) => {
    const { code, out, err } = await run(source, 'smoke', ...options)
    expect({ code, out, err }).toEqual({ code: EXIT.failed, out, err: '' })
    expect(out).toContain(words)
    expect(out).toContain('    received  ')
  })

  test('nothing: 0, and four steps', async () => {
    const { code, out } = await run(server('', ECHO), 'smoke', '--framing', 'u32be')
    expect({ code, out }).toEqual({ code: EXIT.ok, out })
    expect(out.match(/^ {2}ok {3}/gm)!.length).toBe(4)
  })

  test('conform says it first, and then judges all the same', async () => {
    const args = ['conform', '--framing', 'u32le', '--case', 'boundary/one-frame']
    const { code, err } = await run(server('', ECHO), ...args)
    expect(code).toBe(EXIT.failed)
    expect(err).toContain('  try       --framing u32be\nseed 1\n')
  })
})

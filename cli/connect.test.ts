/** `framegate connect`, as people and as pipes use it. */
import { describe, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { launch } from '../harness/launch.ts'
import { formatAddress } from '../posix/address.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

async function connect(argv: readonly string[], typed: string | Uint8Array) {
  const child = Bun.spawn([process.execPath, MAIN, 'connect', ...argv], {
    stdin: Buffer.from(typed),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, code] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ])
  return { stdout, stderr, code }
}

/** One of our servers, until the test ends. */
async function serving(name: string, service: string, framing?: string) {
  const serve = { name, service, ...(framing === undefined ? {} : { framing }) }
  const transport = framing === 'datagram' ? 'udp' : 'tcp'
  const launched = await launch({ kind: 'implementation', serve, transport })
  const url = formatAddress(launched.address)
  return { url, [Symbol.asyncDispose]: async () => void (await launched.kill()) }
}

/** A listener that answers each read with the next of these, and then closes. */
function answering(...answers: readonly (Uint8Array | string)[]) {
  const left = [...answers]
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data(socket) {
        const next = left.shift()
        if (next === undefined) socket.end()
        else socket.write(next)
      },
    },
  })
  const url = `tcp://127.0.0.1:${listener.port}`
  return { url, [Symbol.dispose]: () => listener.stop(true) }
}

describe('from a pipe', () => {
  test.each([
    ['length-prefixed', 'u16be'],
    ['json-header', 'json-header'],
    ['line', 'line'],
    ['udp-echo', 'datagram'],
  ])('lines go to %s as frames, and only replies come out', async (name, framing) => {
    await using server = await serving(name, 'upper', framing)
    const typed = 'hello\n\nwörld\nno line feed'
    const { stdout, stderr, code } = await connect([server.url, '--framing', framing], typed)
    expect([stdout, stderr, code]).toEqual(['HELLO\nWöRLD\nNO LINE FEED\n', '', 0])
  })

  test('q leaves, and Q', async () => {
    await using server = await serving('length-prefixed', 'upper')
    for (const leave of ['q', 'Q']) {
      const typed = `one\n${leave}\ntwo\n`
      const { stdout, code } = await connect([server.url, '--framing', 'i32le'], typed)
      expect([stdout, code]).toEqual(['ONE\n', 0])
    }
  })

  test('a long reply comes whole through a framing, and 1,024 bytes of it without', async () => {
    await using framed = await serving('tutorial/struct-header', 'lesson-commands')
    const framings = ['--request-framing', 'raw', '--response-framing', 'i32le']
    const whole = await connect([framed.url, ...framings], 'seq 1 100000\necho two\n')
    const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('')
    expect(whole).toEqual({ stdout: `${numbers}two\n`, stderr: '', code: 0 })
    await using raw = await serving('tutorial/remote-command', 'lesson-commands')
    const cut = await connect([raw.url], 'seq 1 100000\necho two\n')
    // 1,024 bytes end behind `283` and its line feed, by chance.
    expect(cut.stdout).toBe(numbers.slice(0, 2048))
  })

  test('replies in another encoding, characters that are cut included', async () => {
    const [lead, trail] = [Uint8Array.of(0xc4), Uint8Array.of(0xe3, 0xba, 0xc3)]
    using server = answering(lead, trail)
    const { stdout, code } = await connect([server.url, '--encoding', 'gbk'], 'a\nb\n')
    expect([stdout, code]).toEqual(['\n你好\n', 0])
  })
})

describe('exit codes', () => {
  test('1 where the server closes, resets or says what is no frame', async () => {
    using closing = answering('one')
    const closed = await connect([closing.url], 'a\nb\n')
    expect([closed.stdout, closed.code]).toEqual(['one\n', 1])
    expect(closed.stderr).toBe('framegate: No reply: the server closed the connection.\n')
    using wrong = answering(Uint8Array.of(0xff, 0xff, 0xff, 0xff))
    const refused = await connect([wrong.url, '--framing', 'i32le'], 'a\n')
    expect(refused.stderr).toStartWith('framegate: The reply is no frame: ')
    expect(refused.code).toBe(1)
  })

  test('1 where nothing comes in time', async () => {
    await using server = await serving('length-prefixed', 'sink')
    const argv = [server.url, '--framing', 'i32le', '--timeout', '200ms']
    const { stderr, code } = await connect(argv, 'a\n')
    expect([stderr, code]).toEqual(['framegate: No reply: the server said nothing in time.\n', 1])
  })

  test('1 where a line cannot be sent, and the others are', async () => {
    await using server = await serving('length-prefixed', 'upper', 'u8')
    const typed = `${'x'.repeat(256)}\nshort\n`
    const { stdout, stderr, code } = await connect([server.url, '--framing', 'u8'], typed)
    expect([stdout, code]).toEqual(['SHORT\n', 1])
    expect(stderr).toStartWith('framegate: not sent: ')
  })

  test.each([
    [['nowhere'], 2, 'is no address'],
    [['127.0.0.1:1', '--framing', 'u9'], 2, 'u9'],
    [['127.0.0.1:1', '--encoding', 'klingon'], 2, 'There is no encoding "klingon"'],
    [['unix:/does/not/exist'], 4, 'ENOENT'],
  ] as const)('%p is %p', async (argv, expected, told) => {
    const { stderr, code } = await connect(argv, 'a\n')
    expect(code).toBe(expected)
    expect(stderr).toContain(told)
  })
})

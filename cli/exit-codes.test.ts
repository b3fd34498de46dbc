/** Exit codes and what is said with them: a script reads the one, a person the other. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A few cases that every right server passes within a moment. */
const FEW = ['one-frame', 'two-frames-one-write', 'every-byte-apart'].flatMap((name) => [
  '--case',
  `boundary/${name}`,
])
const ONE = FEW.slice(0, 2)
const FOREIGN = ['--framing', 'u32be', '--max-frame', '1MiB']

/** With why, so that a report shows what was not looked at. */
function runtime(name: string) {
  const isMissing = Bun.which(name) === null
  return { isMissing, why: isMissing ? ` (skipped: there is no ${name} on this machine)` : '' }
}
const python = runtime('python3')
const node = runtime('node')

/** One recv taken for one message: what every beginner writes, and what framegate is about. */
const WRONG_PYTHON = `
import socket, sys, threading
def serve(client):
    with client:
        while data := client.recv(65536):
            size = max(0, len(data) - 4)
            client.sendall(size.to_bytes(4, "big") + data[4:])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`
const WRONG_NODE = `
import { createServer } from 'node:net'
const server = createServer((socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(Math.max(0, data.length - 4))
    socket.write(Buffer.concat([header, data.subarray(4)]))
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1')
`

describe.concurrent('0: all as expected', () => {
  const servers = [
    [python, "python3 'examples/servers/echo.py' {port}"],
    [node, "node 'examples/servers/echo.mjs' {port}"],
  ] as const
  for (const [{ isMissing, why }, command] of servers) {
    test.skipIf(isMissing)(`a right server: ${command}${why}`, async () => {
      const { code, out, err } = await framegate('conform', '--exec', command, ...FOREIGN, ...FEW)
      expect({ code, err }).toEqual({ code: EXIT.ok, err })
      expect(out).toBe(`${command} (u32be): 3 passed\nAll as expected.\n`)
    })
  }

  test('a server that is running already', async () => {
    const argv = [process.execPath, 'cli/main.ts', 'serve', 'length-prefixed']
    const server = Bun.spawn(argv, { cwd: ROOT, stdout: 'pipe' })
    try {
      const { value } = await server.stdout.getReader().read()
      const address = /^ready tcp:\/\/(\S+)\n$/.exec(new TextDecoder().decode(value))![1]!
      const flags = ['--connect', address, '--framing', 'i32le']
      const { code, out } = await framegate('conform', ...flags, ...FEW)
      expect({ code, out }).toEqual({
        code: EXIT.ok,
        out: `${address} (i32le): 3 passed\nAll as expected.\n`,
      })
    } finally {
      server.kill('SIGKILL')
      await server.exited
    }
  })

  test('a failure that the ledger lists', async () => {
    const { code, out } = await framegate('conform', 'naive-recv', ...FEW.slice(2, 4))
    expect(code).toBe(EXIT.ok)
    expect(out).toContain('1 failed as the ledger says')
  })
})

describe.concurrent('1: not conformant', () => {
  const servers = [
    [python, 'python3', 'wrong.py', WRONG_PYTHON],
    [node, 'node', 'wrong.mjs', WRONG_NODE],
  ] as const
  for (const [{ isMissing, why }, command, file, source] of servers) {
    test.skipIf(isMissing)(`one recv taken for one frame, in ${command}${why}`, async () => {
      const path = join(folder, file)
      writeFileSync(path, source)
      const exec = `${command} '${path}' {port}`
      const { code, out, err } = await framegate('conform', '--exec', exec, ...FOREIGN, ...FEW)
      expect({ code, err }).toEqual({ code: EXIT.failed, err })
      // Enough to act on without opening anything: what was sent, seen, and how to repeat it.
      expect(out).toContain('1 passed, 2 failed')
      expect(out).toContain('FAIL boundary/two-frames-one-write: merged')
      expect(out).toContain('    sent      Two messages that arrive together')
      expect(out).toContain('    seen      ')
      expect(out).toContain(`    repeat    framegate conform --exec '${command} '\\''${path}`)
      expect(out).toEndWith('\nNot as expected.\n')
    })
  }
})

describe.concurrent('2: usage', () => {
  const exec = ['--exec', './server {port}']
  const calls: readonly (readonly [string, string[], RegExp])[] = [
    [
      'a framing that does not exist, of a server of ours',
      ['conform', 'length-prefixed', '--framing', 'u33be'],
      /no framing 'u33be'; did you mean u32be\? There are: .*json-header/,
    ],
    [
      'a framing that does not exist, of a foreign server',
      ['conform', ...exec, '--framing', 'u32bee'],
      /did you mean u32be\?/,
    ],
    ['no framing for a foreign server', ['conform', ...exec], /for example --framing u32be/],
    [
      'a case that matches nothing',
      ['conform', 'length-prefixed', ...ONE, '--case', 'boundry/*'],
      /--case 'boundry\/\*' matches no case\. `framegate list cases` shows them/,
    ],
    [
      'a level that leaves nothing of the cases',
      ['conform', 'length-prefixed', '--level', 'must', '--case', 'boundary/cost-in-proportion'],
      /No case has that level/,
    ],
    [
      'an implementation',
      ['conform', 'length-prefix', ...ONE],
      /no implementation "length-prefix"\. There are: .*length-prefixed.* use --exec or --connect/,
    ],
    [
      'a service',
      ['conform', 'length-prefixed', '--service', 'ech'],
      /no service "ech"\. There are: echo, upper, receipt/,
    ],
    [
      'a level',
      ['conform', 'length-prefixed', '--level', 'most'],
      /no level "most"\. There are: must, should, all/,
    ],
    ['a seed', ['conform', '--seed', '1.5'], /"1\.5" is no seed: a whole number below/],
    ['a seed below zero', ['conform', '--seed=-1'], /"-1" is no seed/],
    ['a count', ['conform', '--jobs', '0'], /"0" is no positive whole number/],
    ['a factor', ['conform', '--timeout-scale', 'x'], /"x" is no positive number/],
    [
      'a size',
      ['conform', 'length-prefixed', '--max-frame', '1XB'],
      /'1XB' is not a size: digits, then B, KiB, MiB or GiB/,
    ],
    [
      'a transport',
      ['conform', 'length-prefixed', '--transport', 'sctp'],
      /no transport "sctp"\. There are: tcp, udp, unix/,
    ],
    [
      'an address',
      ['conform', '--connect', 'nonsense', '--framing', 'u32be'],
      /"nonsense" is no address\. Write tcp:\/\/127\.0\.0\.1:8080/,
    ],
    [
      'a pattern',
      ['conform', ...exec, '--framing', 'u32be', '--ready-pattern', '('],
      /--ready-pattern is no regular expression/,
    ],
    [
      'two kinds of subjects at once',
      ['conform', 'length-prefixed', ...exec, '--framing', 'u32be'],
      /one of them/,
    ],
    [
      'an empty command',
      ['conform', '--exec', ' ', '--framing', 'u32be'],
      /--exec needs a command/,
    ],
    [
      'a scenario',
      ['bench', 'length-prefixed', '--scenario', 'pingpong'],
      /no scenario "pingpong"\. There are: ping-pong/,
    ],
    [
      'where to listen',
      ['serve', 'length-prefixed', '--listen', 'nonsense'],
      /"nonsense" is no address/,
    ],
    ['a server to compare', ['compare', 'nobody'], /no implementation "nobody"\. There are/],
    ['an option', ['conform', '--nope'], /unknown option '--nope'[\s\S]*--help/],
    ['a command', ['confrm'], /unknown command 'confrm'[\s\S]*--help/],
    ['no command at all', [], /Usage: framegate[\s\S]*Commands:[\s\S]*conform/],
  ]

  test.each(calls)('%s', async (_, args, message) => {
    const { code, out, err } = await framegate(...args)
    // What went wrong goes to the screen of somebody whose stdout goes to a file.
    expect({ code, out, err }).toEqual({ code: EXIT.usage, out: '', err })
    expect(err).toMatch(message)
    expect(err).not.toContain('    at ')
  })
})

describe.concurrent('4: nothing ran', () => {
  const nothingRan = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await framegate('conform', ...args, '--framing', 'u32be', ...ONE)
    expect({ code, out, err }).toEqual({ code: EXIT.nothingRan, out: '', err })
    expect(err).not.toContain('    at ')
    return err
  }

  test('a server that ends at once: with its status and what it said', async () => {
    const err = await nothingRan('--exec', 'echo no licence >&2; exit 7')
    expect(err).toContain('exited with status 7 before it was ready. It said:\nno licence')
  })

  test('a program that does not exist', async () => {
    const err = await nothingRan('--exec', 'framegate-no-such-program {port}')
    expect(err).toContain('exited with status 127')
    expect(err).toContain('not found')
  })

  test('a server that says it is ready and listens nowhere', async () => {
    const { code, out } = await framegate(
      ...['conform', '--exec', 'echo up; exec cat /dev/zero > /dev/null', '--ready-pattern', '^up'],
      ...['--framing', 'u32be', ...ONE],
    )
    // It was started, so this is a verdict on it.
    expect(code).toBe(EXIT.failed)
    expect(out).toContain('FAIL boundary/one-frame')
  })

  test('nobody at the address', async () => {
    const path = join(folder, 'nobody.sock')
    const err = await nothingRan('--connect', `unix:${path}`)
    expect(err).toContain(`Nobody listens on unix:${path}. Start the server first, or let --exec`)
  })

  test('nobody at the port', async () => {
    // A port that was free a moment ago, so that it is not one that somebody else serves.
    const held = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const { port } = held
    held.stop(true)
    const err = await nothingRan('--connect', `127.0.0.1:${port}`)
    expect(err).toContain(`Nobody listens on tcp://127.0.0.1:${port}. Start the server first`)
  })

  test('cases that do not apply to the framing', async () => {
    const { code, out } = await framegate('conform', 'length-prefixed', '--case', 'netstring/*')
    expect(code).toBe(EXIT.nothingRan)
    expect(out).toContain('Nothing ran.')
  })
})

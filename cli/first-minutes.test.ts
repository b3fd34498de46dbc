/** What a newcomer gets wrong: each time the exit code, and the sentence that helps. */
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
const noPython = Bun.which('python3') === null

describe
  .skipIf(noPython)
  .concurrent('a framing that it does not speak: the one that it speaks', () => {
    const spoken: readonly (readonly [string, string])[] = [
      ['u16be', 'u32be'],
      ['u32be', 'u16be'],
      ['u32le', 'u32be'],
      ['line', 'u32be'],
      ['netstring', 'line'],
      ['varint', 'u32be'],
      ['content-length', 'json-header'],
      ['json-header', 'line'],
    ]
    test.each(spoken)('%s, asked in %s', async (framing, asked) => {
      const exec = `python3 examples/servers/threads.py {port} ${framing}`
      const { code, out } = await framegate('smoke', '--exec', exec, '--framing', asked)
      expect({ code, out }).toEqual({ code: EXIT.failed, out })
      expect(out).toContain(`    try       --framing ${framing}\n`)
      expect(out).toContain('The options are wrong, the server answers when it is asked otherwise.')
    })
  })

describe.skipIf(noPython).concurrent('a server that does not echo', () => {
  const server = (reply: string) => `
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = listener.accept()
    for line in client.makefile("rb"):
        message = line[:-1]
        client.sendall(${reply} + b"\\n")
`
  test.each([
    ['backwards', 'message[::-1]', 'It answers with the message backwards.'],
    ['an acknowledgement', 'b"OK"', 'It answers with a frame of its own, "OK".'],
    ['upper case', 'message.upper()', 'try       --service upper'],
  ])('%s', async (name, reply, words) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.py`)
    writeFileSync(path, server(reply))
    const exec = `python3 '${path}' {port}`
    const { code, out } = await framegate('smoke', '--exec', exec, '--framing', 'line')
    expect({ code, out }).toEqual({ code: EXIT.failed, out })
    expect(out).toContain(words)
    if (!words.startsWith('try'))
      expect(out).toContain('list what it answers with --exchanges FILE')
  })
})

/** Listens, and not where it is told. */
const STUBBORN = `
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)
`

describe.concurrent('a command that does not start', () => {
  const notStarted = async (exec: string): Promise<string> => {
    const one = ['--framing', 'u32be', '--case', 'boundary/one-frame']
    const { code, out, err } = await framegate('conform', '--exec', exec, ...one)
    expect({ code, out, err }).toEqual({ code: EXIT.nothingRan, out: '', err })
    return err
  }

  test('a program that is not installed', async () => {
    const err = await notStarted('framegate-no-such-python server.py {port}')
    expect(err).toContain('is it installed, in the PATH, and spelled right?')
  })

  test('a file that may not be executed', async () => {
    const path = join(folder, 'plain.sh')
    writeFileSync(path, 'exit 0\n', { mode: 0o644 })
    expect(await notStarted(`'${path}' {port}`)).toContain('chmod +x it')
  })

  test.skipIf(noPython)('a port of its own that is in use', async () => {
    const held = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    try {
      const exec = `python3 -c 'import socket; socket.create_server(("127.0.0.1", ${held.port}))'`
      expect(await notStarted(exec)).toContain('is in use: let it listen on {port}')
    } finally {
      held.stop(true)
    }
  })

  const isLinux = process.platform === 'linux'
  test.skipIf(noPython || !isLinux)('a port of its own that is free', async () => {
    const path = join(folder, 'stubborn.py')
    writeFileSync(path, STUBBORN)
    const exec = `python3 '${path}'`
    const err = await notStarted(exec)
    const port = /It said:\n(\d+)\n/.exec(err)![1]
    expect(err).toContain(`It listens on port ${port}: put {port} where the command says that`)
  })

  test('nothing that listens, and no {port} in the command', async () => {
    const err = await notStarted('exec cat /dev/zero > /dev/null')
    expect(err).toContain('did not listen on tcp://127.0.0.1:')
    expect(err).toContain('The command has no {port}')
  })
})

describe.concurrent('a word that is not quite one', () => {
  test.each([
    ['explain', 'boundary/two-frame-one-write', 'Did you mean boundary/two-frames-one-write?'],
    ['explain', 'one-frame', 'Did you mean boundary/one-frame or'],
    ['list', 'case', 'Did you mean cases?'],
  ])('%s %s', async (command, word, hint) => {
    const { code, out, err } = await framegate(command, word)
    expect({ code, out, err }).toEqual({ code: EXIT.usage, out: '', err })
    expect(err).toContain(hint)
  })

  test('a framing, and no server: those that are made for it, or a question', async () => {
    const one = ['--case', 'boundary/one-frame']
    const some = await framegate('conform', '--framing', 'netstring', ...one)
    expect([some.code, some.out]).toEqual([
      EXIT.ok,
      'netstring (netstring): 1 passed\nAll as expected.\n',
    ])
    const none = await framegate('conform', '--framing', 'delimiter:7c', ...one)
    expect([none.code, none.err]).toEqual([EXIT.usage, expect.stringContaining('Which server?')])
  })
})

test.skipIf(noPython)('a server that takes less than is sent: how to say so', async () => {
  const exec = ['--exec', 'python3 examples/servers/echo.py {port}', '--framing', 'u32be']
  const largest = ['--case', 'boundary/largest-message']
  const { code, out } = await framegate('conform', ...exec, ...largest)
  expect({ code, out }).toEqual({ code: EXIT.failed, out })
  expect(out).toContain('HINT Messages of up to 16 MiB are sent.')
  const right = await framegate('conform', ...exec, ...largest, '--max-frame', '1MiB')
  expect([right.code, right.out.includes('HINT')]).toEqual([EXIT.ok, false])
})

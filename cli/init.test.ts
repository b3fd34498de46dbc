/** `framegate init`: what it writes, refuses and asks; once as it is installed. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from './exit-codes.ts'
import { projectWithPackage } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
const folders = [folder]
afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})
let made = 0
function emptyFolder(): string {
  const path = join(folder, String(++made))
  mkdirSync(path)
  return path
}

const env = { ...process.env, NO_COLOR: '1', CI: 'true' }
const MAIN = [process.execPath, join(ROOT, 'cli/main.ts')]

function start(argv: readonly string[], cwd: string) {
  const child = Bun.spawn([...argv], { cwd, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  return { child, out: child.stdout.text(), err: child.stderr.text() }
}

async function ended({ child, out, err }: ReturnType<typeof start>) {
  return { code: await child.exited, out: await out, err: await err }
}

const init = (cwd: string, ...args: string[]) => ended(start([...MAIN, 'init', ...args], cwd))

/** Answers ping with pong, forgets how long a line may be: one known failure. */
const PONG = `
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    client, _ = listener.accept()
    try:
        for line in client.makefile("rb"):
            if line.endswith(b"\\n"):
                client.sendall(b"pong\\n" if line == b"ping\\n" else b"what\\n")
    except OSError:
        pass
    client.close()
`
const ECHO = `python3 '${join(ROOT, 'examples/servers/echo.py')}' {port}`
const noPython = Bun.which('python3') === null
const WRITTEN = ['framegate.config.ts', 'framegate-ledger.json', '.github/workflows/framegate.yml']
const written = (cwd: string) => WRITTEN.filter((path) => existsSync(join(cwd, path)))

test.skipIf(noPython)('as installed: init, and then conform is as expected', async () => {
  const cwd = await projectWithPackage()
  folders.push(cwd)
  writeFileSync(join(cwd, 'server.py'), PONG)
  writeFileSync(join(cwd, 'exchanges.json'), '[{"request": "ping", "reply": "pong"}]')
  const cli = ['node', 'node_modules/framegate/cli/bin/framegate.mjs']
  const server = ['--exec', 'python3 server.py {port}', '--framing', 'line']
  const traits = ['--exchanges', 'exchanges.json', '--max-frame', '1KiB', '--no-pipelining']
  const args = [...server, ...traits, '--single-connection', '--yes']
  const first = await ended(start([...cli, 'init', ...args], cwd))
  expect({ ...first, code: first.code }).toEqual({ ...first, code: EXIT.ok })
  expect(first.out).toContain('FAIL delimited/over-max: not-rejected')
  expect(first.out).toContain("repeat    framegate conform 'server' --case 'delimited/over-max'")
  expect(first.out).toContain('1 failure is in framegate-ledger.json')
  expect(written(cwd)).toEqual(WRITTEN)
  const config = readFileSync(join(cwd, WRITTEN[0]!), 'utf8')
  expect(config).toContain("      maxFrame: '1KiB',\n")
  expect(config).toContain('      pipelining: false,\n')
  // No lock file here: the workflow names the version.
  const workflow = readFileSync(join(cwd, WRITTEN[2]!), 'utf8')
  expect(workflow).toMatch(/- run: npm install --no-save framegate@\d+\.\d+\.\d+\n/)
  const second = await ended(start([...cli, 'conform'], cwd))
  expect({ code: second.code, out: second.out }).toEqual({ code: EXIT.ok, out: second.out })
  expect(second.out).toContain('1 failed as the ledger says')
  expect(second.out).toEndWith('All as expected.\n')
})

describe.skipIf(noPython).concurrent('nothing is written', () => {
  test('when the options are wrong and not the server', async () => {
    const cwd = emptyFolder()
    const { code, out } = await init(cwd, '--exec', ECHO, '--framing', 'u16be', '--yes')
    expect({ code, out }).toEqual({ code: EXIT.failed, out })
    expect(out).toContain('It is not the server that is wrong. Say --framing u32be.')
    expect(written(cwd)).toEqual([])
  })

  test('when the server answers nothing', async () => {
    const cwd = emptyFolder()
    const silent = `python3 -c 'import socket, time
listener = socket.create_server(("127.0.0.1", {port}))
while True: client = listener.accept(); time.sleep(60)'`
    const { code, out } = await init(cwd, '--exec', silent, '--framing', 'u32be', '--yes')
    expect({ code, out }).toEqual({ code: EXIT.failed, out })
    expect(out).toEndWith('It is the server that is wrong: mend it first. Nothing was written.\n')
    expect(written(cwd)).toEqual([])
  })

  test('when it is interrupted; until then the framing was found out', async () => {
    const cwd = emptyFolder()
    const threads = join(ROOT, 'examples/servers/threads.py')
    const argv = [...MAIN, 'init', '--exec', `python3 '${threads}' {port} line`, '--yes']
    const run = Bun.spawn(argv, { cwd, env, stderr: 'pipe' })
    let said = ''
    for await (const text of run.stderr.pipeThrough(new TextDecoderStream())) {
      said += text
      if (said.includes('conformance: ')) run.kill('SIGINT')
    }
    expect({ code: await run.exited, said }).toEqual({ code: EXIT.interrupted, said })
    expect(said).toContain('It answers frames of line. Taken: --framing line')
    expect(written(cwd)).toEqual([])
  })
})

describe.concurrent('refused', () => {
  test('to overwrite, naming what is there', async () => {
    const cwd = emptyFolder()
    writeFileSync(join(cwd, 'framegate.config.ts'), 'mine')
    const { code, err } = await init(cwd, '--exec', ECHO, '--yes')
    expect(code).toBe(EXIT.usage)
    expect(err).toContain('framegate.config.ts is here already. --force writes it anew.')
    expect(readFileSync(join(cwd, 'framegate.config.ts'), 'utf8')).toBe('mine')
  })

  test.each([
    [['--yes'], "Say how it is started, for example --exec 'python3 server.py {port}'."],
    [['--yes', '--exec', 'x', '--framing', 'u33be'], 'did you mean u32be?'],
    [['--yes', '--exec', 'x', '--name', 'line'], 'the name of an implementation of framegate'],
    [['--yes', '--exec', 'x', '--name', 'a b'], 'name: a name has no spaces'],
  ])('%p', async (args, message) => {
    const cwd = emptyFolder()
    const { code, err } = await init(cwd, ...args)
    expect({ code, err }).toEqual({ code: EXIT.usage, err })
    expect(err).toContain(message)
    expect(written(cwd)).toEqual([])
  })
})

test.skipIf(noPython)('on a terminal it asks, and offers what it guessed', async () => {
  const cwd = emptyFolder()
  let said = ''
  let fresh = ''
  const answers = [ECHO, 'u16be', 'echo', 'n']
  const child = Bun.spawn([...MAIN, 'init'], {
    cwd,
    env,
    terminal: {
      cols: 200,
      data(terminal, bytes) {
        const text = new TextDecoder().decode(bytes)
        said += text
        fresh += text
        // Each question ends like this; what is typed comes back as an echo, without.
        if (!/[)\]] $/.test(Bun.stripANSI(fresh))) return
        fresh = ''
        terminal.write(`${answers.shift()}\r`)
      },
    },
  })
  expect({ code: await child.exited, said }).toEqual({ code: EXIT.failed, said })
  expect(said).toContain('How is it started?')
  expect(said).toContain('Take --framing u32be? [Y/n]')
  expect(written(cwd)).toEqual([])
})

/** `framegate.config.ts`: what it may say, what is told when it says something else. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformResult } from '../conformance/result.ts'
import { EXIT } from './exit-codes.ts'
import { framegateIn } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const framegate = (cwd: string, ...args: string[]) => framegateIn({ cwd }, '--quiet', ...args)

let folders = 0
/** A project of its own with this configuration. */
function project(config: string): string {
  const path = join(folder, String(++folders))
  mkdirSync(path)
  writeFileSync(join(path, 'framegate.config.ts'), config)
  return path
}

const withSubjects = (...subjects: object[]): string =>
  project(`export default ${JSON.stringify({ subjects })}`)

const SERVER = { name: 'mine', exec: `node server.mjs {port}`, framing: 'u32be' }
const ONE = ['--case', 'boundary/one-frame']

describe.concurrent('a configuration that is wrong: 2, with the field and what is allowed', () => {
  const wrong: readonly (readonly [string, object, string])[] = [
    ['a typo', { ...SERVER, maxframe: 1 }, 'subjects.0.maxframe: there is no such setting. There'],
    ['a size', { ...SERVER, maxFrame: '1XB' }, 'subjects.0.maxFrame: a size is a number of bytes'],
    ['a service', { ...SERVER, service: 'ech' }, 'subjects.0.service: Invalid type: Expected ("ec'],
    ['no framing', { name: 'a', exec: 'x' }, 'a subject has framing, or requestFraming and resp'],
    ['two ways', { ...SERVER, connect: 'a:1' }, 'a subject has exec or connect: one of them'],
    ['one of ours', { ...SERVER, name: 'line' }, '"line" has the name of an implementation'],
    ['a framing', { ...SERVER, framing: 'u33be' }, "no framing 'u33be'; did you mean u32be?"],
    ['no reply', { ...SERVER, exchanges: [{ request: 'a' }] }, 'subjects.0.exchanges'],
  ]
  test.each(wrong)('%s', async (_, subject, message) => {
    const { code, out, err } = await framegate(withSubjects(subject), 'conform')
    expect({ code, out, err }).toEqual({ code: EXIT.usage, out: '', err })
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  })

  test('a syntax error, a missing export, a missing file, two of one name', async () => {
    const told = async (cwd: string, ...args: string[]) => {
      const { code, err } = await framegate(cwd, 'conform', ...args)
      expect({ code, err }).toEqual({ code: EXIT.usage, err })
      return err
    }
    expect(await told(project('export default {'))).toContain('could not be read')
    expect(await told(project('export const a = 1'))).toContain('has no default export')
    expect(await told(folder, '--config', 'no.ts')).toContain('There is no configuration no.ts')
    expect(await told(withSubjects(SERVER, SERVER))).toContain('two subjects have the same name')
  })

  test('a name that nobody has: both kinds are listed', async () => {
    const { code, err } = await framegate(withSubjects(SERVER), 'conform', 'min')
    expect(code).toBe(EXIT.usage)
    expect(err).toContain('no implementation "min". There are: mine, naive-recv')
  })
})

/** A line server that answers ping with pong, in frames of u16be. */
const PONG = `
import { createServer } from 'node:net'
const server = createServer({ allowHalfOpen: true }, (socket) => {
  let rest = ''
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('data', (data) => {
    const lines = (rest + data.toString('latin1')).split('\\n')
    rest = lines.pop()
    for (const line of lines) {
      const reply = Buffer.from(line === 'ping' ? 'pong' : line === 'bye' ? 'ciao' : 'what?')
      const header = Buffer.alloc(2)
      header.writeUInt16BE(reply.length)
      socket.write(Buffer.concat([header, reply]))
    }
  })
})
server.listen(process.argv[2])
`

const noNode = Bun.which('node') === null
describe.skipIf(noNode).concurrent('configured subjects', () => {
  const echo = join(ROOT, 'examples/servers/echo.mjs')
  const ECHO = { name: 'echo', exec: `node '${echo}' {port}`, framing: 'u32be', maxFrame: '1MiB' }
  const exchanges = [
    { request: 'ping', reply: { hex: '70 6f 6e 67' } },
    { request: 'bye', reply: { text: 'ciao' } },
  ]
  const PING = { name: 'ping', exec: 'node ping.mjs {port}', exchanges, maxFrame: 1024 }
  const framings = { requestFraming: 'line', responseFraming: 'u16be' }

  function both(): string {
    const imported = `import { defineConfig } from '${join(ROOT, 'cli/index.ts')}'`
    const config = JSON.stringify({ subjects: [ECHO, { ...PING, ...framings }] })
    const path = project(`${imported}\nexport default defineConfig(${config})`)
    writeFileSync(join(path, 'ping.mjs'), PONG)
    return path
  }

  test('all of them without a name, the command repeated by name', async () => {
    const cwd = both()
    const cases = ['--case', 'boundary/*-write', '--case', 'boundary/every-byte-apart']
    const { code, out, err } = await framegate(cwd, 'conform', ...cases, '--json', 'a.json')
    expect({ code, out, err }).toEqual({ code: EXIT.ok, out, err: '' })
    const { runs } = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')) as ConformResult
    expect(runs.map(({ subject }) => subject)).toEqual([
      { name: 'echo', framing: 'u32be', service: 'echo', maxFrame: 1_048_576, transport: 'tcp' },
      {
        name: 'ping',
        framing: 'line',
        responseFraming: 'u16be',
        service: 'exchanges',
        maxFrame: 1024,
        transport: 'tcp',
      },
    ])
    expect(runs[1]!.summary.passed).toBeGreaterThan(1)
    expect(runs[1]!.cases[0]!.repro).toStartWith("framegate conform 'ping' --case ")
  })

  test('from elsewhere: its command runs where the configuration is', async () => {
    const config = join(both(), 'framegate.config.ts')
    const json = `${config}.json`
    const args = ['conform', 'ping', '--config', config, ...ONE, '--json', json]
    const { code, out } = await framegate(folder, ...args)
    expect({ code, out }).toEqual({ code: EXIT.ok, out })
    const written = readFileSync(json, 'utf8')
    expect(written).toContain(`framegate conform 'ping' --config '${config}' --case`)
  })

  test('the command line is stronger', async () => {
    const { code, out } = await framegate(both(), 'conform', 'echo', '--framing', 'line', ...ONE)
    expect(code).toBe(EXIT.failed)
    expect(out).toContain("framegate conform 'echo' --framing 'line' --case")
  })

  test('what does not echo is not measured', async () => {
    const { code, err } = await framegate(both(), 'bench', 'ping')
    expect(code).toBe(EXIT.usage)
    expect(err).toContain('The bench measures servers that echo; ping answers with another')
  })
})

test.each([
  [
    'export default {\n  subjects: [{ name "x" }]\n}\n',
    'line 2, column 21:\n  subjects: [{ name "x" }]',
  ],
  ['export default { subjects: [', 'Unexpected end of file, line 1, column 28'],
  ['export default { subjects: servers() }', 'servers is not defined'],
])('a mistake in the text is told with its place: %p', async (config, words) => {
  const { code, err } = await framegate(project(config), 'conform')
  expect({ code, err }).toEqual({ code: EXIT.usage, err })
  expect(err).toContain('framegate.config.ts could not be read: ')
  expect(err).toContain(words)
})

/** The commands besides `conform`, as a person or a script uses them. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchCell, BenchResult } from '../bench/result.ts'
import type { CompareResult } from '../reports/report.ts'
import { EXIT } from './exit-codes.ts'
import { framegate, startFramegate } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes, many of them side by side.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.concurrent('serve', () => {
  /** The address of the ready line, and all that was printed once the server has ended. */
  async function serve(...args: string[]) {
    const child = startFramegate(['serve', ...args])
    const reader = child.stdout.getReader()
    const decoder = new TextDecoder()
    let out = ''
    while (!out.includes('\n')) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`no ready line: ${out}${await child.stderr.text()}`)
      out += decoder.decode(value)
    }
    const end = async (signal: NodeJS.Signals) => {
      child.kill(signal)
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        out += decoder.decode(next.value)
      }
      return { code: await child.exited, out, err: await child.stderr.text() }
    }
    return { address: /^ready (\S+)\n/.exec(out)?.[1] ?? '', end }
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'one ready line, and %s ends it with 0',
    async (name) => {
      const server = await serve('length-prefixed')
      expect(server.address).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/)
      expect(await server.end(name)).toEqual({
        code: EXIT.ok,
        out: `ready ${server.address}\n`,
        err: '',
      })
    },
  )

  test('a Unix socket, which is gone afterwards', async () => {
    const path = join(folder, 'serve.sock')
    const server = await serve('json-header', '--listen', `unix:${path}`)
    expect(server.address).toBe(`unix:${path}`)
    expect(existsSync(path)).toBe(true)
    expect((await server.end('SIGTERM')).code).toBe(EXIT.ok)
    expect(existsSync(path)).toBe(false)
  })

  test('a busy port: 4, and what to do', async () => {
    const server = await serve('length-prefixed')
    const { code, out, err } = await framegate('serve', 'line', '--listen', server.address)
    expect({ code, out }).toEqual({ code: EXIT.nothingRan, out: '' })
    expect(err).toBe(
      `framegate: ${server.address} is in use already. ` +
        'Stop whoever listens there, or use port 0 for any free port.\n',
    )
    await server.end('SIGKILL')
  })

  test.each([
    ['name', ['nobody'], /no implementation "nobody"\. There are: .*length-prefixed/],
    ['framing', ['length-prefixed', '--framing', 'u33be'], /did you mean u32be/],
    [
      'service',
      ['length-prefixed', '--service', 'ech'],
      /There are: echo, upper, receipt, time, sink/,
    ],
    ['size', ['length-prefixed', '--max-frame', 'much'], /'much' is not a size/],
  ])('an unknown %s: 2, and what there is', async (_, args, message) => {
    const { code, out, err } = await framegate('serve', ...args)
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' })
    expect(err).toMatch(message)
    expect(err).not.toContain('    at ')
  })
})

describe.concurrent('list and explain', () => {
  const KINDS = ['implementations', 'framings', 'cases', 'scenarios']

  test.each(KINDS)('list %s, as text and as JSON', async (kind) => {
    const [text, json] = await Promise.all([
      framegate('list', kind),
      framegate('list', kind, '--json'),
    ])
    const rows = JSON.parse(json.out) as { id: string; summary: string }[]
    expect(rows.length).toBeGreaterThan(2)
    const ids = rows.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(text.out).toStartWith(`${kind} (${rows.length})\n`)
    for (const { id, summary } of rows) {
      expect(id).toMatch(/\S/)
      expect(summary).toMatch(/\S/)
      expect(text.out).toContain(`\n  ${id} `)
    }
    expect([text.code, json.code, text.err, json.err]).toEqual([EXIT.ok, EXIT.ok, '', ''])
  })

  test('list without a kind has all of them', async () => {
    const { out } = await framegate('list', '--json')
    expect(Object.keys(JSON.parse(out) as object)).toEqual(KINDS)
  })

  test('a reader that is slower than a pipe gets all of it', async () => {
    const list = `'${process.execPath}' cli/main.ts list cases --json`
    const slow = ['/bin/sh', '-c', `${list} | dd bs=512 2>/dev/null | wc -c`]
    const child = Bun.spawn(slow, { cwd: ROOT, stdout: 'pipe' })
    const { out } = await framegate('list', 'cases', '--json')
    const PIPE_BYTES = 65_536
    expect(Buffer.byteLength(out)).toBeGreaterThan(PIPE_BYTES)
    expect(Number(await child.stdout.text())).toBe(Buffer.byteLength(out))
  })

  test('list --coverage names each clause and known cases', async () => {
    const [text, json, cases] = await Promise.all([
      framegate('list', '--coverage'),
      framegate('list', '--coverage', '--json'),
      framegate('list', 'cases', '--json'),
    ])
    const clauses = JSON.parse(json.out) as { clause: string; cases: string[] }[]
    const known = (JSON.parse(cases.out) as { id: string }[]).map(({ id }) => id)
    expect(text.out.trimEnd().split('\n').length).toBe(clauses.length)
    expect(text.out).toMatch(/^ALL-1 +.*boundary\/two-frames-one-write/m)
    expect(clauses.flatMap((row) => row.cases).filter((id) => !known.includes(id))).toEqual([])
  })

  test('explain tells what a case does and who is known to fail it', async () => {
    const { code, out } = await framegate('explain', 'boundary/two-frames-one-write')
    expect(code).toBe(EXIT.ok)
    for (const word of ['MUST', 'sends ', 'expects ', 'finds ']) expect(out).toContain(word)
    expect(out).toContain('known    naive-recv: merged.')
  })

  test.each([
    [['explain', 'two-frames'], 'Did you mean boundary/two-frames-one-write?'],
    [['explain', 'nothing/like-it'], '`framegate list cases` shows all.'],
    [['list', 'things'], 'There are: implementations, framings, cases, scenarios.'],
  ])('%p: 2, and what there is', async (args, message) => {
    const { code, out, err } = await framegate(...args)
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' })
    expect(err).toContain(message)
  })
})

describe.concurrent('help', () => {
  test.each(['compare', 'conform', 'bench', 'serve', 'list', 'explain'])(
    '%s --help shows examples that name it',
    async (name) => {
      const { code, out, err } = await framegate(name, '--help')
      expect({ code, err }).toEqual({ code: EXIT.ok, err: '' })
      const [, examples] = out.split(/\nExamples?:\n/)
      expect(examples).toStartWith(`  framegate ${name}`)
    },
  )

  test('--help lists every command, --version is a version', async () => {
    const help = await framegate('--help')
    for (const name of ['compare', 'conform', 'bench', 'serve', 'list', 'explain']) {
      expect(help.out).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    expect((await framegate('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

const FIGURES = [
  'messages',
  'throughputPerSecond',
  'bytesPerSecond',
  'latencyNs',
  'histogram',
  'cpuNsPerMessage',
  'runQueueNsPerMessage',
  'rssBytesMax',
  'contextSwitches',
  'generator',
] as const satisfies readonly (keyof BenchCell)[]

// One after the other: they measure.
describe('bench and compare', () => {
  test('the JSON file of bench has the fields that other programs rely on', async () => {
    const path = join(folder, 'bench', 'result.json')
    const flags = ['--scenario', 'ping-pong', '--quick', '--launches', '1', '--json', path]
    const { code, out, err } = await framegate('bench', 'length-prefixed', ...flags)
    expect({ code, err }).toEqual({ code: EXIT.ok, err })
    expect(out).toMatch(
      /^ping-pong: 64\sB messages, one in flight, 1 connection\n {2}length-prefixed /,
    )
    const result = JSON.parse(readFileSync(path, 'utf8')) as BenchResult
    expect(result).toMatchObject({ schema: 'framegate.bench/1', partial: false })
    expect(result.environment).toMatchObject({ seed: 1, bun: Bun.version })
    expect(result.cells.length).toBe(1)
    const cell = result.cells[0]!
    expect(cell).toMatchObject({
      subject: 'length-prefixed',
      scenario: 'ping-pong',
      parameters: { messageBytes: 64, connections: 1, depth: 1 },
      overheadBytesPerMessage: 4,
      conformant: true,
      struck: null,
    })
    const linuxOnly = /^(cpu|runQueue|rss|context)/
    for (const name of FIGURES) {
      if (process.platform === 'linux' || !linuxOnly.test(name)) expect(cell[name]).not.toBeNull()
    }
    const { p50, p90, p99, p999, max, mean } = cell.latencyNs!
    const ascending = [1, p50, p90, p99, p999, max]
    expect(ascending.toSorted((a, b) => a - b)).toEqual(ascending)
    expect(mean).toBeLessThanOrEqual(max)
    expect(cell.bytesPerSecond! / cell.throughputPerSecond!).toBeCloseTo(64, 6)
    expect(cell.warnings).toBeArray()
  })

  test('a server that is wrong for every workload asked for: 1, and no number', async () => {
    const path = join(folder, 'struck.json')
    const flags = ['--scenario', 'pipelined', '--quick', '--launches', '1', '--json', path]
    const { code, out } = await framegate('bench', 'naive-recv', ...flags)
    expect(code).toBe(EXIT.failed)
    expect(out).toContain('no number: ')
    const [cell] = (JSON.parse(readFileSync(path, 'utf8')) as BenchResult).cells
    expect(cell).toMatchObject({ conformant: false, launches: [] })
    expect(cell!.struck!.detail).toMatch(/^\w+\/[\w-]+: /)
    for (const name of FIGURES) expect(cell![name]).toBeNull()
  })

  test('compare writes a report, its data and its charts', async () => {
    const out = join(folder, 'report')
    const names = ['length-prefixed', 'naive-recv']
    const ended = await framegate('compare', ...names, '--quick', '--out', out)
    expect({ code: ended.code, err: ended.err }).toEqual({ code: EXIT.ok, err: ended.err })
    expect(ended.out).toMatch(/^report: .*report\.md$/m)
    const files = readdirSync(out)
    expect(files).toContain('report.md')
    const charts = files.filter((file) => file.endsWith('.svg'))
    expect(charts.length).toBeGreaterThan(3)
    for (const chart of charts) {
      expect(readFileSync(join(out, chart), 'utf8').trim()).toMatch(/^<svg[\s\S]*<\/svg>$/)
    }
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    expect(page).toContain('data-trace="1 boundary/two-frames-one-write"')
    const text = readFileSync(join(out, 'report.md'), 'utf8')
    expect(text).toStartWith('# ')
    for (const name of names) expect(text).toContain(name)
    const shown = [...text.matchAll(/["(]([\w-]+\.svg)[")]/g)].map(([, file]) => file!)
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.filter((file) => !charts.includes(file))).toEqual([])
    const { bench, partial } = JSON.parse(
      readFileSync(join(out, 'report.json'), 'utf8'),
    ) as CompareResult
    expect(partial).toBe(false)
    const struck = bench.cells.filter(({ conformant }) => !conformant)
    expect(struck.length).toBeGreaterThan(0)
    expect(new Set(struck.map(({ subject }) => subject))).toEqual(new Set(['naive-recv']))
    for (const cell of struck) for (const name of FIGURES) expect(cell[name]).toBeNull()
    for (const cell of bench.cells) {
      if (cell.conformant) expect(cell.throughputPerSecond).toBeGreaterThan(0)
    }
  })
})

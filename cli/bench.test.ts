/** `framegate bench` where something goes wrong in the middle, and what it writes. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCENARIOS } from '../bench/registry.ts'
import type { BenchResult } from '../bench/result.ts'
import { CASES } from '../conformance/registry.ts'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'

setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bench = (...args: string[]) => framegate('bench', ...args)

/** Echoes u32be, and does `fault` to the 300th reply of a connection: the suite sends fewer. */
const faulty = (fault: string): string => `'${process.execPath}' -e '
  Bun.listen({ hostname: "127.0.0.1", port: Number(process.env.PORT), allowHalfOpen: true, socket: {
    open(socket) { socket.data = 0 },
    data(socket, chunk) { if (++socket.data === 300) { ${fault} } socket.write(chunk) },
    end(socket) { socket.end() },
  } })'`

describe.concurrent('a subject that goes wrong in the middle of a cell', () => {
  const faults = [
    ['dies', 'process.exit(7)', 'closed-early'],
    ['stalls', 'return', 'hung'],
    ['answers wrongly', 'chunk[20] ^= 1', 'corrupted'],
  ] as const
  test.each(faults)(
    '%s: its cell says so, the others are measured',
    async (name, code, symptom) => {
      const json = join(folder, `${name}.json`)
      const subject = ['--exec', faulty(code), '--framing', 'u32be', '--name', 'faulty']
      const rest = [
        '--scenario',
        'ping-pong',
        '--duration',
        '5s',
        '--launches',
        '1',
        '--json',
        json,
      ]
      // What is right in the same run is measured; the time is for slow machines.
      const ended = await bench(...subject, '--peer', 'posix-loop', ...rest)
      expect(ended).toMatchObject({ code: EXIT.failed })
      const { cells } = JSON.parse(readFileSync(json, 'utf8')) as BenchResult
      expect(cells.map((cell) => [cell.subject, cell.struck?.symptom])).toEqual([
        ['faulty', symptom],
        ['posix-loop', undefined],
      ])
      expect(cells[0]).toMatchObject({ messages: null, throughputPerSecond: null, histogram: null })
      expect(cells[1]!.messages).toBeGreaterThan(0)
      if (name === 'dies') expect(cells[0]!.struck!.detail).toContain('exited with status 7')
    },
  )
})

test('--out writes the report, its charts and everything raw', async () => {
  const out = join(folder, 'out')
  const asked = ['--scenario', 'ping-pong', '--size', '16,1KiB', '--quick', '--launches', '1']
  expect(await bench('length-prefixed', ...asked, '--out', out)).toMatchObject({ code: EXIT.ok })
  for (const file of ['report.md', 'bench.json', 'launches.csv', 'sizes-dark.svg']) {
    expect(existsSync(join(out, file))).toBe(true)
  }
  expect(readdirSync(join(out, 'histograms'))).toHaveLength(4)
  const { cells } = JSON.parse(readFileSync(join(out, 'bench.json'), 'utf8')) as BenchResult
  for (const cell of cells) {
    // One frame a read, its reply in one write.
    expect(cell.counts).toMatchObject({ reads: 1_000, writes: 1_000 })
  }
  expect(readFileSync(join(out, 'report.md'), 'utf8')).toContain('sizes-light.svg')
})

test('the cases that scenarios rely on exist', () => {
  const ids = new Set(CASES.map(({ id }) => id))
  for (const { requires } of SCENARIOS) for (const id of requires) expect(ids).toContain(id)
})

test('what does not go together is refused, with what does', async () => {
  const refused = async (...args: string[]) => {
    const { code, err } = await bench('length-prefixed', ...args)
    expect(code).toBe(EXIT.usage)
    return err
  }
  expect(await refused('--scenario', 'ping-pong', '--rate', '100')).toContain('takes no --rate')
  expect(await refused('--peer', 'nobody')).toContain('c-epoll')
  expect(await refused('--duration', 'soon')).toContain('10s')
  expect(await refused('--service', 'sink', '--scenario', 'bulk')).toContain('--scenario sink')
  expect(await refused('file-server', '--scenario', 'bulk')).toContain('--scenario file-transfer')
})

test('a file server is measured with files, and who keeps none is not', async () => {
  const json = join(folder, 'files.json')
  const asked = ['--scenario', 'file-transfer', '--size', '64KiB', '--quick', '--launches', '1']
  const ended = await bench('file-server', 'line', ...asked, '--json', json)
  expect(ended).toMatchObject({ code: EXIT.ok })
  const { cells } = JSON.parse(readFileSync(json, 'utf8')) as BenchResult
  expect(
    cells.map((cell) => [cell.subject, cell.parameters.transfer, cell.struck?.detail]),
  ).toEqual([
    ['file-server', 'put', undefined],
    ['line', 'put', 'it keeps no files'],
    ['file-server', 'get', undefined],
    ['line', 'get', 'it keeps no files'],
  ])
  expect(ended.out).toMatch(/64.KiB files, one in flight, 1 connection, sent and stored/)
})

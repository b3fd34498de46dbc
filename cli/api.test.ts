/** The commands as functions: in this process, and as a package that is installed elsewhere. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bench, conform, gate, HarnessError, UsageError, unexpectedIn, verdictOf } from './index.ts'
import { projectWithPackage } from './testing.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
let project = ''
beforeAll(async () => {
  project = await projectWithPackage()
})
afterAll(() => {
  for (const path of [folder, project]) rmSync(path, { recursive: true, force: true })
})

const CASES = ['boundary/one-frame', 'boundary/two-frames-one-write']
/** One read taken for one frame. */
const WRONG = `'${process.execPath}' -e '
  Bun.listen({ hostname: "127.0.0.1", port: {port}, allowHalfOpen: true, socket: {
    data(socket, bytes) {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(Math.max(0, bytes.length - 4))
      socket.write(Buffer.concat([head, bytes.subarray(4)]))
    },
    end(socket) { socket.end() },
  } })'`
const noPython = Bun.which('python3') === null

async function run(argv: readonly string[], cwd: string) {
  const child = Bun.spawn([...argv], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

describe('conform', () => {
  test('of a right server and of a wrong one, with how far it is', async () => {
    const told: string[] = []
    const right = await conform('length-prefixed', {
      cases: CASES,
      onProgress: ({ title, what, done, total }) => told.push(`${title} ${done}/${total} ${what}`),
    })
    expect({ verdict: verdictOf(right), wrong: unexpectedIn(right) }).toEqual({
      verdict: 'as-expected',
      wrong: [],
    })
    expect(told).toEqual(CASES.map((id, at) => `conformance ${at + 1}/2 length-prefixed ${id}`))
    const wrong = await conform({ exec: WRONG, framing: 'u32be' }, { cases: CASES })
    expect(verdictOf(wrong)).toBe('not-as-expected')
    expect(unexpectedIn(wrong)).toMatchObject([{ id: CASES[1], symptom: 'merged' }])
  })

  test('an aborted signal ends it and its server; what was finished is there', async () => {
    const pidFile = join(folder, 'pid')
    const exec = `echo $$ > '${pidFile}'; exec '${process.execPath}' '${join(ROOT, 'cli/main.ts')}' serve line --listen 127.0.0.1:{port}`
    const aborter = new AbortController()
    const result = await conform(
      { exec, framing: 'line' },
      { signal: aborter.signal, onProgress: () => aborter.abort() },
    )
    expect(result.partial).toBe(true)
    expect(result.runs[0]!.cases.length).toBeGreaterThan(0)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('mistakes are rejections that say what they are', async () => {
    const told = async (what: Promise<unknown>) => {
      const error = await what.catch((thrown: Error) => thrown)
      return error as Error
    }
    const framing = await told(conform({ exec: 'x {port}', framing: 'u33be' }))
    expect(framing).toBeInstanceOf(UsageError)
    expect(framing.message).toContain('did you mean u32be?')
    const typo = { exec: 'x {port}', framing: 'u32be', maxframe: 1 } as unknown as string
    expect((await told(conform(typo))).message).toContain('maxframe: there is no such setting')
    const absent = await told(conform({ exec: 'framegate-no-such {port}', framing: 'u32be' }))
    expect(absent).toBeInstanceOf(HarnessError)
    expect((absent as HarnessError).code).toBe('subject-not-started')
    expect(await told(conform('length-prefixed', { cases: ['no/such'] }))).toBeInstanceOf(
      UsageError,
    )
  })
})

test('bench: a cell for each workload', async () => {
  const { partial, cells } = await bench('length-prefixed', {
    scenarios: ['ping-pong'],
    messageBytes: [64],
    launches: 1,
    quick: true,
  })
  expect(partial).toBe(false)
  expect(cells).toMatchObject([{ scenario: 'ping-pong', conformant: true, struck: null }])
  expect(cells[0]!.throughputPerSecond).toBeGreaterThan(0)
})

test('gate: what head fails and base does not has regressed, before anything is timed', async () => {
  const sides = { base: 'length-prefixed', headExec: WRONG, framing: 'u32be' }
  const { verdict, newFailures, cells } = await gate(sides, { scenarios: ['ping-pong'] })
  expect({ verdict, cells }).toEqual({ verdict: 'regressed', cells: [] })
  expect(newFailures[0]).toMatchObject({ id: CASES[1], symptom: 'merged' })
})

describe('from a project that has it installed', () => {
  /** The first fence of the document, as a reader would copy it. */
  const example = () =>
    /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/api.md'), 'utf8'))![1]!

  test.skipIf(noPython)('the example of docs/api.md runs, and prints nothing', async () => {
    copyFileSync(join(ROOT, 'examples/servers/echo.py'), join(project, 'server.py'))
    writeFileSync(join(project, 'example.test.ts'), example())
    const { code, out, err } = await run([process.execPath, 'test', 'example.test.ts'], project)
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringMatching(/^bun test v\S+ .*\n$/),
      err,
    })
    expect(err).toContain('1 pass\n 0 fail')
    expect(err).not.toContain('conformance')
  })

  test('the schemas of results come with it', async () => {
    const schema = await import(Bun.resolveSync('framegate/schemas/conform.json', project))
    expect(schema.default).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['runs']),
    })
  })

  const USES = `
import { bench, conform, defineConfig, gate } from 'framegate'
import type { ConformResult, GateVerdict } from 'framegate'
import { parseFraming } from 'framegate/wire'
export default defineConfig({ subjects: [{ name: 'a', exec: './a {port}', framing: 'u32be' }] })
const signal = AbortSignal.timeout(1)
const result: ConformResult = await conform('line', { level: 'must', signal })
const [run] = result.runs
export const symptoms: (string | null)[] = run!.cases.map((one) => one.symptom)
export const p99: number | undefined = (await bench('line')).cells[0]?.latencyNs?.p99
export const verdict: GateVerdict = (await gate({ head: 'line', base: 'cobs' })).verdict
export const bytes: number = parseFraming('u16be').overheadBytes(64)
// @ts-expect-error A setting that does not exist.
await conform({ exec: './a {port}', framing: 'u32be', maxframe: 1 })
// @ts-expect-error Results are no strings.
export const text: string = run!.summary.passed
`
  test.each([
    ['bundler', ['bun-types'], false],
    ['nodenext', [], true],
  ])(
    'types hold: moduleResolution %s, types %p, skipLibCheck %p',
    async (resolution, types, skip) => {
      const isBundler = resolution === 'bundler'
      const compilerOptions = {
        strict: true,
        noEmit: true,
        target: 'ESNext',
        module: isBundler ? 'Preserve' : 'NodeNext',
        moduleResolution: resolution,
        lib: ['ESNext', 'DOM'],
        types,
        typeRoots: [join(ROOT, 'node_modules'), join(ROOT, 'node_modules/@types')],
        skipLibCheck: skip,
      }
      writeFileSync(join(project, 'uses.ts'), USES)
      writeFileSync(join(project, 'package.json'), '{"type": "module"}')
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['uses.ts'] }),
      )
      const { code, out } = await run([join(ROOT, 'node_modules/.bin/tsc')], project)
      expect({ code, out }).toEqual({ code: 0, out: '' })
    },
  )
})

/** The whole suite against right servers, and its verdict on the ones that are wrong by design. */
import { describe, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import type { Transport } from '../posix/address.ts'
import { CASES } from './registry.ts'
import type { CaseResult } from './result.ts'
import { linesOf, RUN_MS_MAX, runAgainst, type SubjectUnderTest } from './testing.ts'

const MIB = 1_048_576

function ours(
  name: string,
  framing: string,
  transport: Transport = 'tcp',
  service = 'echo',
  messageBytesMax = 16 * MIB,
): SubjectUnderTest {
  const serve = { name, framing, service, messageBytesMax }
  const spec = { kind: 'implementation', serve, transport } as const
  return { spec, framing, service, messageBytesMax, ours: true, right: true }
}

const passedOrNotApplicable = ({ outcome, resources }: CaseResult): boolean =>
  outcome === 'unsupported' || (outcome === 'pass' && resources !== 'leak')

describe.concurrent('every case passes', () => {
  test.each([
    ['length-prefixed', 'i32le', 'tcp', 'echo'],
    ['length-prefixed', 'u8', 'tcp', 'echo'],
    ['length-prefixed', 'u64be', 'tcp', 'upper'],
    ['length-prefixed', 'u16le', 'tcp', 'receipt'],
    ['length-prefixed', 'i32le', 'unix', 'echo'],
    ['json-header', 'json-header', 'tcp', 'echo'],
  ] as const)(
    '%s %s over %s, %s',
    async (...[name, framing, transport, service]) => {
      const results = await runAgainst(ours(name, framing, transport, service), CASES)
      expect(linesOf(results, passedOrNotApplicable)).toEqual([])
      expect(results.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(60)
    },
    RUN_MS_MAX,
  )
})

describe.concurrent('every case over datagrams passes', () => {
  test.each([
    ['echo', 4_096],
    ['upper', 65_507],
    ['receipt', 9_000],
    ['time', 65_507],
  ] as const)(
    'udp-echo, %s, at most %d bytes',
    async (service, messageBytesMax) => {
      const subject = ours('udp-echo', 'datagram', 'udp', service, messageBytesMax)
      const results = await runAgainst(subject, CASES)
      expect(linesOf(results, passedOrNotApplicable)).toEqual([])
      expect(results.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(25)
    },
    RUN_MS_MAX,
  )

  const python = Bun.which('python3')
  test.skipIf(!python)(
    `a blocking server in Python${python ? '' : ' (skipped: there is no python3)'}`,
    async () => {
      const path = fileURLToPath(new URL('./testdata/udp_echo.py', import.meta.url))
      const command = `python3 '${path}' {host} {port}`
      const spec = { kind: 'exec', command, readyPattern: null, transport: 'udp' } as const
      const limits = { framing: 'datagram', messageBytesMax: 65_507 }
      const results = await runAgainst({ spec, ...limits, ours: false, right: true }, CASES)
      // Its replies come from the address that the kernel chooses, which is a SHOULD.
      const must = results.filter(({ level }) => level === 'must')
      expect(linesOf(must, passedOrNotApplicable)).toEqual([])
      expect(results.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(25)
    },
    RUN_MS_MAX,
  )
})

test.each(['tcp', 'unix'] as const)(
  'file-server over %s passes every case of file servers',
  async (transport) => {
    const subject = ours('file-server', 'json-header', transport, 'files')
    const results = await runAgainst(subject, CASES)
    expect(linesOf(results, passedOrNotApplicable)).toEqual([])
    const wanted = CASES.filter(({ over }) => over === 'files').length
    expect(results.filter(({ outcome }) => outcome === 'pass').length).toBe(wanted)
    expect(wanted).toBeGreaterThan(15)
  },
  RUN_MS_MAX,
)

describe.concurrent('a server in another language passes every MUST', () => {
  const servers = [
    ['python3', 'python3', 'examples/servers/echo.py'],
    ['node', 'node', 'examples/servers/echo.mjs'],
  ] as const
  for (const [runtime, command, file] of servers) {
    const isMissing = Bun.which(runtime) === null
    const why = isMissing ? ` (skipped: there is no ${runtime} on this machine)` : ''
    test.skipIf(isMissing)(
      `${file}${why}`,
      async () => {
        const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
        const started = `${command} '${path}' {port}`
        const spec = {
          kind: 'exec',
          command: started,
          readyPattern: null,
          transport: 'tcp',
        } as const
        const subject = { spec, framing: 'u32be', messageBytesMax: MIB, ours: false, right: true }
        const results = await runAgainst(subject, CASES)
        const must = results.filter(({ level }) => level === 'must')
        expect(linesOf(must, passedOrNotApplicable)).toEqual([])
        expect(must.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(60)
      },
      RUN_MS_MAX,
    )
  }
})

/** One framing each; all of them together take minutes. */
const REFERENCES = [
  ['python3', 'threads.py', ['json-header']],
  ['python3', 'event_loop.py', ['varint']],
  ['node', 'net.mjs', ['netstring']],
] as const
const EIGHT_FRAMINGS = [
  'u16be', 'u32be', 'u32le', 'varint', 'netstring', 'line', 'content-length', 'json-header',
] // biome-ignore format: a table
const ALL_REFERENCES = process.env.FRAMEGATE_ALL_REFERENCES !== undefined
/** Twenty-four runs wait for each other. */
const REFERENCES_MS_MAX = ALL_REFERENCES ? 4 * RUN_MS_MAX : RUN_MS_MAX

describe.concurrent('a right server of another kind keeps every MUST and every SHOULD', () => {
  for (const [runtime, file, few] of REFERENCES) {
    const isMissing = Bun.which(runtime) === null
    const why = isMissing ? ` (skipped: there is no ${runtime} on this machine)` : ''
    test.skipIf(isMissing).each(ALL_REFERENCES ? EIGHT_FRAMINGS : few)(
      `${file} %s${why}`,
      async (framing) => {
        const path = fileURLToPath(new URL(`../examples/servers/${file}`, import.meta.url))
        const command = `${runtime} '${path}' {port} ${framing}`
        const spec = { kind: 'exec', command, readyPattern: null, transport: 'tcp' } as const
        const subject = { spec, framing, messageBytesMax: MIB, ours: false, right: true }
        const results = await runAgainst(subject, CASES)
        expect(linesOf(results, passedOrNotApplicable)).toEqual([])
      },
      REFERENCES_MS_MAX,
    )
  }
})

describe.concurrent('a server that is wrong by design is named for what it does', () => {
  const resultOf = async (subject: SubjectUnderTest, id: string): Promise<CaseResult> => {
    const cases = CASES.filter((item) => item.id === id)
    const [result] = await runAgainst({ ...subject, right: false }, cases)
    return result!
  }

  test(
    'one recv taken for one message: merged',
    async () => {
      const subject = ours('naive-recv', 'raw', 'tcp', 'receipt')
      const result = await resultOf(subject, 'boundary/two-frames-one-write')
      expect(result).toMatchObject({ outcome: 'fail', symptom: 'merged', schedule: 'proven' })
      expect(result.detail).toContain('2 messages stuck together')
    },
    RUN_MS_MAX,
  )

  test(
    'one message in several reads: split',
    async () => {
      const subject = ours('naive-recv', 'raw', 'tcp', 'receipt')
      const result = await resultOf(subject, 'boundary/every-byte-apart')
      expect(result).toMatchObject({ outcome: 'fail', symptom: 'split', schedule: 'proven' })
    },
    RUN_MS_MAX,
  )

  test(
    'short writes ignored: lost-bytes, with how many',
    async () => {
      const subject = ours('length-prefixed-send', 'u32be')
      const result = await resultOf(subject, 'sending/slow-reader-32mib')
      expect(result).toMatchObject({ outcome: 'fail', symptom: 'lost-bytes' })
      const missing = /\(([\d,]+) bytes missing\)/.exec(result.detail)?.[1]
      expect(Number(missing?.replaceAll(',', ''))).toBeGreaterThan(MIB)
    },
    RUN_MS_MAX,
  )
})

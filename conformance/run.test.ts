/** Subjects that differ from the usual: what they do not do is unsupported, the rest is judged. */
import { describe, expect, test } from 'bun:test'
import type { SubjectTraits } from './case.ts'
import { referenceFor } from './reference/registry.ts'
import { CASES } from './registry.ts'
import type { CaseResult } from './result.ts'
import { runCases } from './run.ts'
import { type Exchange, requestFraming } from './service.ts'
import { linesOf, RUN_MS_MAX } from './testing.ts'

const noPython = Bun.which('python3') === null
const MESSAGE_BYTES_MAX = 1024 * 1024

/** A right server for u32be in Python; `%s` are how it serves, and what it does to a message. */
const server = (serve: string, reply = 'message') => `
import socket, sys, threading
def exactly(client, count):
    parts = b""
    while len(parts) < count:
        part = client.recv(min(65536, count - len(parts)))
        if not part: raise EOFError
        parts += part
    return parts
def talk(client):
    with client:
        try:
            while True:
                size = int.from_bytes(exactly(client, 4), "big")
                if size > ${MESSAGE_BYTES_MAX}: return
                message = exactly(client, size)
                reply = ${reply}
                client.sendall(len(reply).to_bytes(4, "big") + reply)
        except (EOFError, OSError):
            pass
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
${serve}
`
const ONE_AT_A_TIME = 'while True: talk(listener.accept()[0])'
const ONE_IN_ALL = 'talk(listener.accept()[0])'
const MANY =
  'while True: threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()'
/** Takes what comes with one recv after each reply, and throws away what came behind a frame. */
const NO_PIPELINING = MANY.replace('talk,', 'alternate,')
const ALTERNATE = `
def alternate(client):
    with client:
        data = b""
        while part := client.recv(65536):
            data += part
            size = int.from_bytes(data[:4], "big") if len(data) >= 4 else 0
            if size > ${MESSAGE_BYTES_MAX}: return
            if len(data) >= 4 + size:
                client.sendall(data[:4 + size])
                data = b""
`

const MANY_CASES = CASES.filter(({ id }) => /^(boundary|integrity|lifecycle|hostile)\//.test(id))
/** A server that is started anew for each connection is slow: what opens several is enough. */
const FEW_CASES = MANY_CASES.filter(({ id }) => /two|every-byte|half|reset|in-flight/.test(id))

const run = (source: string, traits: Partial<SubjectTraits>, cases = MANY_CASES) => {
  const framing = traits.framing ?? referenceFor('u32be')!
  const command = `python3 -u -c '${source}' {port}`
  return runCases({
    target: {
      kind: 'started',
      spec: { kind: 'exec', command, readyPattern: null, transport: 'tcp' },
    },
    traits: {
      framing,
      transport: 'tcp',
      service: 'echo',
      messageBytesMax: MESSAGE_BYTES_MAX,
      started: true,
      ours: false,
      ...traits,
    },
    cases,
    seed: 1,
    timeScale: 2,
    jobs: 1,
    bail: false,
    signal: new AbortController().signal,
    repro: () => '',
    onCase: () => {},
    isExpected: () => true,
  })
}

const isFine = ({ outcome }: CaseResult) => ['pass', 'unsupported', 'lenient'].includes(outcome)
const outcomeOf = (results: readonly CaseResult[], id: string) =>
  results.find((result) => result.id === id)

describe.skipIf(noPython)('a right server', () => {
  test.each([
    ['one connection at a time', ONE_AT_A_TIME, MANY_CASES],
    ['one connection, then its end', ONE_IN_ALL, FEW_CASES],
  ])(
    '%s: the rest passes',
    async (_, serve, cases) => {
      const results = await run(server(serve), { singleConnection: true }, cases)
      expect(linesOf(results, isFine)).toEqual([])
      expect(outcomeOf(results, 'boundary/every-byte-apart')!.outcome).toBe('pass')
      expect(outcomeOf(results, 'boundary/two-connections-interleaved')).toMatchObject({
        outcome: 'unsupported',
        detail: 'needs two connections at once; the subject serves one at a time',
      })
    },
    RUN_MS_MAX,
  )

  test(
    'without pipelining: the rest passes',
    async () => {
      const source = server(NO_PIPELINING).replace('listener =', `${ALTERNATE}listener =`)
      const results = await run(source, { pipelining: false })
      expect(linesOf(results, isFine)).toEqual([])
      expect(outcomeOf(results, 'boundary/every-byte-apart')!.outcome).toBe('pass')
      expect(outcomeOf(results, 'boundary/two-frames-one-write')!.outcome).toBe('unsupported')
    },
    RUN_MS_MAX,
  )

  test(
    'that takes its time for every message: cases of very many of them are not for it',
    async () => {
      const slow = '[message, __import__("time").sleep(0.005)][0]'
      const cases = CASES.filter(({ id }) => /sequence-numbers|flood-of-empties/.test(id))
      const results = await run(server(MANY, slow), {}, cases)
      expect(results.map(({ outcome }) => outcome)).toEqual(cases.map(() => 'unsupported'))
      expect(results[0]!.detail).toMatch(/^needs [\d,]+ replies in time; .* answers \d+ a second$/)
    },
    RUN_MS_MAX,
  )

  const bytes = (text: string) => new TextEncoder().encode(text)
  const EXCHANGES: readonly Exchange[] = [
    { request: bytes('ping'), reply: bytes('pong') },
    { request: bytes('how long is it?'), reply: bytes('long') },
  ]
  const ANSWERS = '{b"ping": b"pong", b"how long is it?": b"long"}.get(message, b"what?")'
  const framing = requestFraming(referenceFor('u32be')!, referenceFor('u32be')!, EXCHANGES)
  const exchanging = { framing, service: 'exchanges', exchanges: EXCHANGES }

  test(
    'that answers certain requests: they take the place of every message',
    async () => {
      const results = await run(server(MANY, ANSWERS), exchanging)
      expect(linesOf(results, isFine)).toEqual([])
      expect(outcomeOf(results, 'boundary/two-frames-one-write')!.outcome).toBe('pass')
      const passed = results.filter(({ outcome }) => outcome === 'pass')
      expect(passed.length).toBeGreaterThan(30)
    },
    RUN_MS_MAX,
  )

  test.skipIf(process.platform !== 'linux')(
    'of which there cannot be two: what needs another one proves nothing, and says so',
    async () => {
      // An abstract name, which the kernel gives back with the process.
      const name = `"\\0framegate-one-of-its-kind-${process.pid}"`
      const once = `lock = socket.socket(socket.AF_UNIX); lock.bind(${name})`
      const source = server(MANY).replace('listener =', `${once}\nlistener =`)
      const cases = CASES.filter(({ id }) => id === 'lifecycle/sigterm-with-replies-in-flight')
      const [result] = await run(source, {}, cases)
      expect(result).toMatchObject({ outcome: 'inconclusive', symptom: null })
      expect(result!.detail).toStartWith('A second instance of the subject was not ready in time.')
      expect(result!.detail).toContain('Address already in use')
    },
    RUN_MS_MAX,
  )

  test(
    'that answers otherwise fails',
    async () => {
      const source = server(MANY, ANSWERS.replace('pong', 'ping'))
      const one = CASES.filter(({ id }) => id === 'boundary/two-frames-one-write')
      expect(await run(source, exchanging, one)).toMatchObject([{ outcome: 'fail' }])
    },
    RUN_MS_MAX,
  )
})

/** docs/files.md, done as it says: its commands in order, and its frames byte by byte. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Served } from '../impl/testing.ts'

setDefaultTimeout(60_000)
const ROOT = join(import.meta.dir, '..')
const page = readFileSync(join(ROOT, 'docs/files.md'), 'utf8')
const fencesOf = (language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, text]) =>
    of === language ? [text!] : [],
  )

const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
const uploads = join(folder, 'uploads')
let served: Served

beforeAll(async () => {
  mkdirSync(uploads)
  served = await Served.start({ name: 'file-server', files: { root: uploads } })
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('commands', () => {
  const steps = fencesOf('console').flatMap((text) =>
    text
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...shown] = step.trimEnd().split('\n')
        return { command, shown: shown.join('\n') }
      }),
  )
  const serve = steps.find(({ command }) => command.includes(' serve '))
  const others = steps.filter((step) => step !== serve)

  test('one is the server', () => {
    expect(serve?.command).toContain(' serve file-server --root /tmp/uploads ')
    expect(serve?.shown).toMatch(/^ready tcp:/)
    expect(others.length).toBeGreaterThan(4)
  })

  for (const { command, shown } of others) {
    test(command, async () => {
      const { host, port } = served.address as { host: string; port: number }
      const here = command
        .replaceAll('127.0.0.1:9000', `${host}:${port}`)
        .replaceAll('/tmp/uploads', uploads)
      const argv = ['/bin/sh', '-c', here]
      const env = { ...process.env, CI: 'true', NO_COLOR: '1' }
      const child = Bun.spawn(argv, { cwd: ROOT, env, stdout: 'pipe', stderr: 'pipe' })
      const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
      await child.exited
      const printed = (out === '' ? err : out).replaceAll(uploads, '/tmp/uploads')
      expect(withoutFigures(printed)).toBe(withoutFigures(shown))
    })
  }
})

/** Times, sizes, rates, what is reached with them and beside what are another machine's. */
function withoutFigures(text: string): string {
  return text
    .trimEnd()
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/\d[\d.]*\s?(?:(?:[KMG]i)?B(?:\/s)?|ms|s|×)(?![a-z])/g, 'FIGURE')
    .replaceAll(/beside \w+( loop)?$/gm, 'beside')
    .replaceAll(/\b(?:nc|plain loop)\b/g, 'OTHER')
    .replaceAll(/goal (?:reached|missed)/g, 'goal')
    .replaceAll(/ +/g, ' ')
}

interface Frame {
  isRequest: boolean
  /** As the page spells it. */
  length: string
  header: string
  message: string
}

describe('frames', () => {
  const exchanges = fencesOf('text').map((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line): Frame => {
        const [, arrow, length, header, message] = /^(.) ((?:\w\w ){4})(\{.*?\})(.*)$/.exec(line)!
        return {
          isRequest: arrow === '→',
          length: length!.trim(),
          header: header!,
          message: message!,
        }
      }),
  )

  const bytesOf = ({ header, message }: Frame): Uint8Array => {
    const length = Buffer.alloc(4)
    length.writeInt32LE(Buffer.byteLength(header))
    return Buffer.concat([length, Buffer.from(header + message)])
  }

  test('are spelled with their lengths', () => {
    const wrong = exchanges.flat().filter((frame) => {
      const spelled = frame.length.replaceAll(' ', '')
      const { total_size } = JSON.parse(frame.header)
      const isCut = total_size < 0
      const isWrong = spelled !== Buffer.from(bytesOf(frame).subarray(0, 4)).toString('hex')
      return isWrong || (!isCut && total_size !== Buffer.byteLength(frame.message))
    })
    const right = wrong.map((frame) => {
      const length = Buffer.from(bytesOf(frame).subarray(0, 4)).toString('hex')
      return `${length} ${frame.header} message of ${Buffer.byteLength(frame.message)}`
    })
    expect(right).toEqual([])
    expect(exchanges.length).toBeGreaterThan(3)
  })

  test.each(exchanges.map((frames, index) => [index, frames] as const))(
    'exchange %d goes as the page says',
    async (_, frames) => {
      using client = await Client.connect(served.address)
      const replies: Uint8Array[] = []
      for (const frame of frames) {
        if (frame.isRequest) await client.send(bytesOf(frame))
        else replies.push(bytesOf(frame))
        const owed = Buffer.concat(replies)
        if (!frame.isRequest) await client.readBytes(owed.length)
        expect(client.text()).toBe(owed.toString())
      }
    },
  )
})

/** From a failure on the wire to its bytes in the page: a real run, read in a real browser. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { EXIT } from './exit-codes.ts'
import { framegate } from './testing.ts'
import type { TraceFile } from './trace-files.ts'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => Bun.which(name))
const executablePath = CHROMIUM.find((path) => path !== null)
setDefaultTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'framegate-page-'))
const inFolder = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  writeFileSync(inFolder('ledger.json'), '{"schema": "framegate.ledger/1", "entries": []}')
  const cases = ['two-frames-one-write', 'one-frame'].flatMap((id) => ['--case', `boundary/${id}`])
  const echo = ['naive-recv', 'length-prefixed', '--service', 'echo']
  const subject = [...echo, '--ledger', inFolder('ledger.json')]
  const files = ['--json', inFolder('run.json'), '--html', inFolder('run.html')]
  const ran = await framegate(
    ...['conform', ...subject, ...cases, ...files],
    ...['--trace', inFolder('traces')],
  )
  expect(ran.code).toBe(EXIT.failed)
})

test.skipIf(executablePath === undefined)('the failed case is found, and its bytes', async () => {
  const browser = await chromium.launch({
    executablePath: executablePath!,
    args: ['--no-sandbox'],
  })
  const page = await browser.newPage()
  await page.goto(pathToFileURL(inFolder('run.html')).href)
  await page.locator('input[name=mark][value=failure]').check()
  await page.locator('button.cell.failure:visible').click()
  const dialog = page.getByRole('dialog')
  expect(await dialog.getByRole('heading').first().textContent()).toContain('two-frames-one-write')
  const lines = dialog.locator('.time-line tbody tr')
  const told = async (line: number) =>
    (await lines.nth(line).locator('td').allTextContents()).slice(1)
  const hex = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '$& ').trim()
  const hello = ['5', hex('hello'), 'frame 1: 5 bytes "hello"']
  const merged = ['10', hex('helloworld'), 'frame 2: 10 bytes "helloworld"']
  expect(await told(0)).toEqual(['→ sent', ...hello])
  expect(await told(1)).toEqual(['← received', ...hello])
  expect(await told(2)).toEqual(['→ sent', ...merged])
  expect(await told(3)).toEqual(['← received', ...merged])
  expect(await dialog.textContent()).toContain('reply 2 should be 5 bytes "hello" and is 10 bytes')
  expect(await dialog.locator('pre').first().textContent()).toContain('ready tcp://')
  await browser.close()
})

test.skipIf(Bun.which('node') === null)(
  'of a client the traces are those of its server',
  async () => {
    const exec = ['--exec', 'node examples/clients/client.mjs {host} {port}', '--framing', 'u32be']
    const files = ['--trace', inFolder('client'), '--trace-all', '--html', inFolder('client.html')]
    const name = ['--name', 'client', '--case', 'client/two-replies-one-write']
    const { code } = await framegate('conform-client', ...exec, ...name, ...files)
    expect(code).toBe(EXIT.ok)
    const path = inFolder('client/client-u32be-tcp/client/two-replies-one-write.json')
    const { trace } = JSON.parse(readFileSync(path, 'utf8')) as TraceFile
    expect(trace.events.map(({ kind, text }) => `${kind}: ${text}`)).toContain(
      'sent: frame 1: 11 bytes "first reply"\nframe 2: 10 bytes "the second"',
    )
    expect(trace.output).toContain(Buffer.from('first reply').toString('hex'))
    const page = readFileSync(inFolder('client.html'), 'utf8')
    expect(page).toContain('data-trace="0 client/two-replies-one-write"')
  },
)

describe('framegate report --trace', () => {
  const report = (...more: string[]) =>
    framegate('report', inFolder('run.json'), '--format', 'html', ...more)

  test('makes the same page of the files', async () => {
    const again = inFolder('again.html')
    const { code } = await report('--trace', inFolder('traces'), '--out', again)
    expect(code).toBe(EXIT.ok)
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(inFolder('run.html'), 'utf8'))
  })

  test('refuses traces of another run, and a folder without any', async () => {
    const run = JSON.parse(readFileSync(inFolder('run.json'), 'utf8'))
    run.runs[0].subject.name = 'another'
    writeFileSync(inFolder('other.json'), JSON.stringify(run))
    const args = ['--format', 'html', '--trace', inFolder('traces')]
    const other = await framegate('report', inFolder('other.json'), ...args)
    expect([other.code, other.err]).toEqual([
      EXIT.usage,
      expect.stringContaining('none of these subjects and outcomes'),
    ])
    const none = await report('--trace', inFolder('nowhere'))
    expect([none.code, none.err]).toEqual([EXIT.usage, expect.stringContaining('cannot be read')])
  })
})

/** The HTML report in a real browser: found, opened, read, in both themes, by keyboard. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { CaseResult, ConformResult } from '../conformance/result.ts'
import type { RunTrace } from '../reports/html/evidence.ts'
import { exampleCompareResult } from '../reports/testdata/example-result.ts'
import { htmlOfCompare, htmlOfResults } from './html-report.ts'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => Bun.which(name))
const executablePath = CHROMIUM.find((path) => path !== null)
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const EXAMPLE_COMPARE = exampleCompareResult()
const folder = mkdtempSync(join(tmpdir(), 'framegate-page-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pageFile = (name: string, html: string): string => {
  const file = join(folder, name)
  writeFileSync(file, html)
  return pathToFileURL(file).href
}

const trace = (run: number, caseId: string): RunTrace => ({
  run,
  trace: {
    caseId,
    events: [
      { atMs: 0.1, connection: 1, kind: 'sent', hex: '0000000268690000', bytes: 8, text: '"hi"' },
      { atMs: 0.9, connection: 1, kind: 'received', hex: '00000002', bytes: 4, text: 'a header' },
      { atMs: 1.5, connection: 1, kind: 'closed', hex: '', bytes: 0, text: 'FIN by the subject' },
    ],
    output: 'warning: <b>short</b> read',
  },
})

const EVENTS_EACH = 100
const LONG_TASK_MS_MAX = 10_000
/** Runs in the page before anything else does. */
const OBSERVE_LONG_TASKS = `
  const seen = []
  const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()))
  observer.observe({ type: 'longtask', buffered: true })
  globalThis.takeLongTasks = () => {
    seen.push(...observer.takeRecords())
    return seen.splice(0).map(({ duration }) => duration)
  }`

/** As long as a trace may be. */
const longTrace = (run: number, caseId: string): RunTrace => {
  const { trace: short } = trace(run, caseId)
  const events = Array.from({ length: EVENTS_EACH }, (_, index) => ({
    ...short.events[index % 3]!,
    ...{
      atMs: index,
      hex: 'ab'.repeat(20),
      bytes: 20,
      text: `frame ${index}: 20 bytes ab ab ab …`,
    },
  }))
  return { run, trace: { ...short, events } }
}

/** Thirty subjects, 250 cases, a trace for every seventh: what the page has to stay quick with. */
function large(): { conform: ConformResult; traces: RunTrace[] } {
  const { conform } = EXAMPLE_COMPARE
  const [first] = conform.runs
  const cases = Array.from({ length: 250 }, (_, index): CaseResult => {
    const like = first!.cases[index % first!.cases.length]!
    return { ...like, id: `${like.id}-${index}` }
  })
  const runs = Array.from({ length: 30 }, (_, index) => ({
    ...first!,
    subject: { ...first!.subject, name: `server-${index}` },
    cases,
  }))
  const traces = runs.flatMap((_, run) =>
    cases.filter((_, index) => index % 7 === 0).map(({ id }) => longTrace(run, id)),
  )
  return { conform: { ...conform, runs }, traces }
}

// Debian's chromium, which .ci/run installs: without any there is no browser to try.
describe.skipIf(executablePath === undefined)('in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())

  /** The page, and what it complained about. */
  async function opened(url: string, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(url)
    return { page, complaints }
  }

  async function seriousFindings(page: Page): Promise<string[]> {
    await page.addScriptTag({ content: readFileSync(AXE, 'utf8') })
    const findings = (await page.evaluate('axe.run()')) as {
      violations: { impact: string; id: string; nodes: { target: string[] }[] }[]
    }
    return findings.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
  }

  test('a failed case is found, opened and read', async () => {
    const url = pageFile('compare.html', await htmlOfCompare(EXAMPLE_COMPARE))
    const { page, complaints } = await opened(url)
    const rows = page.locator('#matrix tr[data-id]:visible')
    const all = await rows.count()
    await page.getByLabel('Search').fill('merged')
    expect(await rows.count()).toBeGreaterThan(0)
    expect(await rows.count()).toBeLessThan(all)
    expect(await page.locator('#shown').textContent()).toBe(`${await rows.count()} of ${all} cases`)
    const cell = page.locator('button.cell:visible', { hasText: 'merged' }).first()
    const id = await cell.getAttribute('data-case')
    await cell.click()
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByRole('heading').first().textContent()).toContain(id!)
    const result = EXAMPLE_COMPARE.conform.runs[0]!.cases.find((one) => one.id === id)!
    expect(await dialog.textContent()).toContain(result.detail)
    expect(await dialog.textContent()).toContain(result.repro)
    await page.keyboard.press('Escape')
    expect(await dialog.isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.dataset.case')).toBe(id)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('a transcript shows what went over the wire, as text', async () => {
    const { conform } = EXAMPLE_COMPARE
    const { id } = conform.runs[0]!.cases[0]!
    const url = pageFile('trace.html', await htmlOfResults(conform, null, [trace(0, id)]))
    const { page, complaints } = await opened(`${url}#evidence=0,${encodeURIComponent(id)}`)
    const lines = page.locator('.time-line tbody tr')
    expect(await lines.count()).toBe(3)
    expect(await lines.first().textContent()).toContain('00 00 00 02 68 69 00 00')
    expect(await lines.nth(2).textContent()).toContain('FIN by the subject')
    expect(await page.locator('dialog pre').first().textContent()).toBe(trace(0, id).trace.output)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('columns and outcomes can be chosen, and the arrow keys move', async () => {
    const url = pageFile('keys.html', await htmlOfResults(EXAMPLE_COMPARE.conform, null))
    const { page, complaints } = await opened(url)
    await page.getByText('Subjects', { exact: true }).click()
    await page.locator('input[name=run][value="0"]').uncheck()
    expect(await page.locator('button.cell[data-run="0"]').first().isVisible()).toBe(false)
    await page.locator('input[name=mark][value=known]').check()
    for (const row of await page.locator('#matrix tr[data-id]:visible').all()) {
      expect(await row.locator('button.known').count()).toBeGreaterThan(0)
    }
    const first = page.locator('button.cell:visible').first()
    await first.focus()
    await page.keyboard.press('ArrowDown')
    const focused = (): Promise<string[]> =>
      page.evaluate('Object.values({...document.activeElement.dataset})')
    const below = await focused()
    expect(below).toContain('1')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowRight')
    expect(await focused()).toContain('2')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').isVisible()).toBe(true)
    expect(complaints).toEqual([])
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    '%s: nothing serious for axe, and a switch',
    async (one) => {
      const url = pageFile(`${one}.html`, await htmlOfCompare(EXAMPLE_COMPARE))
      const { page, complaints } = await opened(url, one)
      const theme = () => page.evaluate('document.documentElement.dataset.theme')
      expect(await theme()).toBe(one)
      expect(await seriousFindings(page)).toEqual([])
      await page.locator('button.cell').first().click()
      expect(await seriousFindings(page)).toEqual([])
      await page.keyboard.press('Escape')
      const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      const before = await background()
      await page.getByRole('button', { name: 'Dark theme' }).click()
      expect(await theme()).toBe(one === 'light' ? 'dark' : 'light')
      expect(await background()).not.toBe(before)
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  test('a chart says its figures under the pointer', async () => {
    const url = pageFile('charts.html', await htmlOfCompare(EXAMPLE_COMPARE))
    const { page } = await opened(url)
    const mark = page.locator('.chart.light path[data-tip]:visible').first()
    const label = (await mark.getAttribute('data-tip'))!
    await mark.hover({ force: true })
    expect(await page.locator('#tooltip').textContent()).toBe(label.replaceAll('; ', '\n'))
    await page.close()
  })

  test('30 subjects, 250 cases and a thousand traces: searched and opened', async () => {
    const { conform, traces } = large()
    const html = await htmlOfResults(conform, null, traces)
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.addInitScript(OBSERVE_LONG_TASKS)
    const told = [`${traces.length} traces, ${(html.length / 2 ** 20).toFixed(1)} MiB`]
    /** Does it, and notes for how long the page could not have answered its reader. */
    const noting = async (what: string, act: () => Promise<unknown>) => {
      await act()
      const tasks = (await page.evaluate('takeLongTasks()')) as number[]
      const longest = Math.max(0, ...tasks)
      told.push(`${what}: ${tasks.length} long tasks, longest ${longest.toFixed(0)} ms`)
      return longest
    }
    const search = page.getByLabel('Search')
    const opener = page.locator('button.cell[data-run="29"]').first()
    const longest = [
      await noting('load', () => page.goto(pageFile('large.html', html))),
      await noting('search', () => search.fill('-249')),
      await noting('all again', () => search.fill('')),
      await noting('open', () => opener.click()),
    ]
    console.log(`the large page, ${told.join('; ')}`)
    expect(await page.locator('button.cell').count()).toBe(30 * 250)
    expect(await page.locator('.time-line tbody tr').count()).toBe(EVENTS_EACH)
    await page.keyboard.press('Escape')
    await search.fill('-249')
    expect(await page.locator('#matrix tr[data-id]:visible').count()).toBe(1)
    // No bound on speed, for the machine may be busy: what is a hundred times too slow is broken.
    expect(Math.max(...longest)).toBeLessThan(LONG_TASK_MS_MAX)
    await page.close()
  })
})

test('nothing that a server sent is markup', async () => {
  const { conform } = EXAMPLE_COMPARE
  const [run] = conform.runs
  const detail = 'reply "</script><img src=x onerror=alert(1)>" \u2028 came'
  const hostile = { ...run!, cases: [{ ...run!.cases[0]!, detail }] }
  hostile.subject = { ...run!.subject, name: '<img src=x>' }
  const html = await htmlOfResults({ ...conform, runs: [hostile] }, null)
  expect(html).not.toContain('<img')
  expect(html).not.toContain('\u2028')
  expect(html.match(/<\/script>/g)).toHaveLength(2)
})

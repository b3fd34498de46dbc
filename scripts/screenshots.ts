/**
 * The pictures of the HTML page in `docs/images/`, taken of the published one in Chromium.
 *
 * That page is of `conform --html`: five of our servers, the cases `boundary/*`, `integrity/*` and
 * `sending/*`.
 *
 * RUN  npm run screenshots
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

const ROOT = join(import.meta.dir, '..')
const PAGE = join(ROOT, 'reports/published/conformance.html')
const OUT = join(ROOT, 'docs/images')
const VIEWPORT = { width: 1180, height: 660 }
/** The first column is of `naive-recv`. */
const FAILED_CASE = '#evidence=0,boundary/two-frames-one-write'

async function take(browser: Browser, theme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ colorScheme: theme, viewport: VIEWPORT })
  await page.goto(pathToFileURL(PAGE).href)
  await page.evaluate("document.querySelector('#cases').scrollIntoView()")
  await page.screenshot({ path: join(OUT, `report-${theme}.png`) })
  await page.goto('about:blank')
  await page.goto(pathToFileURL(PAGE).href + FAILED_CASE)
  await page.getByRole('heading', { name: 'What happened' }).waitFor()
  await page.screenshot({ path: join(OUT, `case-${theme}.png`) })
  await page.close()
}

const executablePath = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => Bun.which(name))
  .find((path) => path !== null)
if (!executablePath) {
  console.error('There is no Chromium here: apt-get install chromium.')
  process.exit(4)
}
mkdirSync(OUT, { recursive: true })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
await take(browser, 'light')
await take(browser, 'dark')
await browser.close()
console.log(`written: docs/images`)

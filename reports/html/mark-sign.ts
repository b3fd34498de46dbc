/**
 * One character for each mark. GitHub draws the emoji of the Markdown reports; a page that is one
 * file has the reader's fonts alone, and these are in all of them.
 */
import type { Mark } from '../case-mark.ts'

export const SIGNS: Readonly<Record<Mark, string>> = {
  pass: '✓',
  known: '◆',
  failure: '✗',
  timeout: '✗',
  crash: '✗',
  'unexpected-pass': '!',
  lenient: '~',
  inconclusive: '?',
  'harness-error': '?',
  unsupported: '–',
}

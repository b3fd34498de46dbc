/** The results that stand in the page as JSON, read once. */
import type { PageData } from '../evidence.ts'
import type { Trace } from '../trace.ts'
import { find } from './dom.ts'

let data: PageData | null = null

export function pageData(): PageData {
  data ??= JSON.parse(find('#data').textContent) as PageData
  return data
}

/** What went over the wire in this case; null where no trace was kept. */
export function traceOf(run: number, caseId: string): Trace | null {
  const block = document.querySelector(`script[data-trace="${CSS.escape(`${run} ${caseId}`)}"]`)
  return block ? (JSON.parse(block.textContent) as Trace) : null
}

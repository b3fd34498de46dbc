/** What went over the wire: time, direction, the bytes in hex, and beside them what they mean. */
import type { Trace, TraceEvent } from '../trace.ts'
import { element } from './dom.ts'

const ARROWS: Readonly<Record<TraceEvent['kind'], string>> = {
  sent: '→ sent',
  received: '← received',
  closed: '× closed',
  note: '· note',
}

const HEX_BYTES_A_LINE = 16

export function timeLine({ events, output }: Trace): HTMLElement {
  const many = new Set(events.map(({ connection }) => connection)).size > 1
  const heads = ['ms', ...(many ? ['connection'] : []), 'what', 'bytes', 'hex', 'meaning']
  const table = element(
    'table',
    { class: 'time-line' },
    element(
      'thead',
      {},
      element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head))),
    ),
    element('tbody', {}, ...events.map((event) => line(event, many))),
  )
  const holder = element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Time line' },
    table,
  )
  if (output === '') return holder
  return element(
    'div',
    {},
    holder,
    element('h4', {}, 'What the subject printed'),
    element('pre', { tabindex: '0' }, output),
  )
}

const line = (event: TraceEvent, many: boolean): HTMLElement =>
  element(
    'tr',
    { class: event.kind },
    element('td', { class: 'number' }, event.atMs.toFixed(2)),
    ...(many ? [element('td', { class: 'number' }, String(event.connection))] : []),
    element('td', {}, ARROWS[event.kind]),
    element('td', { class: 'number' }, event.bytes === 0 ? '' : String(event.bytes)),
    element('td', { class: 'hex' }, element('code', {}, hexLines(event))),
    element('td', { class: 'meaning' }, event.text),
  )

/** Sixteen bytes a line; what was left out is said. */
function hexLines({ hex, bytes }: TraceEvent): string {
  const pairs = hex.match(/../g) ?? []
  const lines: string[] = []
  for (let at = 0; at < pairs.length; at += HEX_BYTES_A_LINE) {
    lines.push(pairs.slice(at, at + HEX_BYTES_A_LINE).join(' '))
  }
  const left = bytes - pairs.length
  if (left > 0 && pairs.length > 0) lines.push(`… ${left} more`)
  return lines.join('\n')
}

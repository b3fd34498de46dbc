/** A first conversation with a subject, and what is said about it. */
import { runSmoke, type SmokeResult } from '../conformance/smoke.ts'
import { print, styled } from './console.ts'
import { host } from './host.ts'
import type { Subject } from './subjects.ts'

export const smoke = ({ target, traits }: Subject): Promise<SmokeResult> =>
  runSmoke({ target, traits, timeScale: 1, signal: host().signal })

const SHOWN_BYTES = 48

/** `00 00 00 05 68 65 …  "....he…"`. */
function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing'
  const head = bytes.subarray(0, SHOWN_BYTES)
  const more = bytes.length > SHOWN_BYTES ? ` … (${bytes.length} bytes)` : ''
  const hex = Buffer.from(head).toString('hex').replace(/../g, '$& ').trim()
  const text = [...head].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  )
  return `${hex}${more}  |${text.join('')}|`
}

/** What went wrong and what it looks like, line by line; nothing when all is fine. */
export function smokeLines({ steps, guess }: SmokeResult): string[] {
  const failed = steps.find(({ ok }) => !ok)
  const seen = failed?.detail
    .split('\n')
    .map((line, at) => `${at === 0 ? 'seen      ' : '          '}${line}`)
  return [
    ...(failed ? [`sent      ${shown(failed.sent)}`] : []),
    ...(failed ? [`received  ${shown(failed.received)}`] : []),
    ...(seen ?? []),
    ...(guess ? [`guess     ${guess.words}`] : []),
    ...(guess?.flags ? [`try       ${guess.flags}`] : []),
  ]
}

const VERDICTS: Readonly<Record<SmokeResult['verdict'], string>> = {
  fine: 'It answers: the options are right.',
  options: 'The options are wrong, the server answers when it is asked otherwise.',
  server: 'It does not answer as it should.',
}

export function printSmoke({ record }: Subject, result: SmokeResult): void {
  const { name, framing, responseFraming } = record
  const framings = responseFraming === undefined ? framing : `${framing}, ${responseFraming}`
  print(styled('bold', `${name} (${framings})`))
  for (const { what, ok } of result.steps) {
    print(`  ${ok ? styled('green', 'ok  ') : styled('red', 'FAIL')} ${what}`)
  }
  for (const line of smokeLines(result)) print(`    ${line}`)
  print(styled(result.verdict === 'fine' ? 'green' : 'red', VERDICTS[result.verdict]))
}

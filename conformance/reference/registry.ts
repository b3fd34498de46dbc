/** The one list of framings that the suite can judge. */
import { contentLengthReference } from './content-length.ts'
import { datagramReference } from './datagram.ts'
import { delimitedReference } from './delimited.ts'
import { fixedReference } from './fixed.ts'
import type { ReferenceFraming } from './framing.ts'
import { jsonHeaderReference } from './json-header.ts'
import { lengthReference } from './length.ts'
import { netstringReference } from './netstring.ts'
import { rawReference } from './raw.ts'
import { cobsReference, slipReference } from './stuffed.ts'
import { varintReference } from './varint.ts'

/** One without arguments or options. */
const only = (reference: ReferenceFraming) => (id: string) =>
  id === reference.id ? reference : null

const REFERENCES: readonly ((id: string) => ReferenceFraming | null)[] = [
  only(rawReference),
  lengthReference,
  only(varintReference),
  only(netstringReference),
  only(contentLengthReference),
  jsonHeaderReference,
  delimitedReference,
  fixedReference,
  only(cobsReference),
  only(slipReference),
  only(datagramReference),
]

/** The reference for a framing's id (options `max` apart), or null when the suite has none. */
export function referenceFor(framing: string): ReferenceFraming | null {
  const id = withoutMax(framing)
  for (const make of REFERENCES) {
    const reference = make(id)
    if (reference) return reference
  }
  return null
}

/** The limit is the subject's promise, not part of the bytes. */
function withoutMax(framing: string): string {
  const [name = '', options = ''] = framing.split('?')
  const kept = options.split('&').filter((option) => option && !option.startsWith('max='))
  return kept.length ? `${name}?${kept.join('&')}` : name
}

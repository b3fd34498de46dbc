/** Clients that read as wrongly as a server mutant does: the same class, in the other role. */
import type { Symptom } from '../../result.ts'
import { MUTANTS } from '../mutants.ts'
import { clientOf } from './client.ts'
import type { ClientMutant } from './mutant.ts'

type Killers = ClientMutant['killedBy']

function reading(id: string, killedBy: Killers): ClientMutant {
  const found = MUTANTS.find((mutant) => mutant.id === id)
  if (!found || !('connection' in found)) throw new Error(`There is no server mutant "${id}".`)
  return { id: `reads-${id}`, fault: found.fault, killedBy, client: clientOf(found.connection) }
}

const CUT: readonly Symptom[] = ['split', 'merged', 'corrupted', 'lost-messages', 'rejected']
const LOST: readonly Symptom[] = ['lost-messages', 'rejected', 'hung', 'corrupted']
const TAKEN: readonly Symptom[] = ['not-rejected']
const CHANGED: readonly Symptom[] = ['corrupted', 'split', 'merged']

/** Every one of these cases may show every one of these symptoms. */
const each = (symptoms: readonly Symptom[], ...names: readonly string[]): Killers =>
  Object.fromEntries(names.map((name) => [`client/${name}`, symptoms]))

export const readers: readonly ClientMutant[] = [
  reading('one-read-is-one-message', {
    ...each(['merged'], 'two-replies-one-write'),
    ...each(['truncated-delivered'], 'http-banner', 'ssh-banner', 'mail-banner'),
  }),
  reading('header-in-one-read', each(CUT, 'header-chopped', 'every-byte-apart', 'chop-sizes')),
  reading('body-in-one-read', each(CUT, 'message-chopped', 'large-reply')),
  reading('header-and-body-in-one-read', each(LOST, 'header-then-message', 'tail-and-header')),
  reading('one-message-per-event', each(LOST, 'two-replies-one-write', 'sizes-together')),
  reading('fifty-messages-per-event', each(LOST, 'many-replies-one-write')),
  reading('forgets-behind-message', each(LOST, 'tail-and-whole', 'sizes-together')),
  reading('forgets-half-header', each([...LOST, ...CUT], 'tail-and-half-header')),
  reading('header-not-counted', each(CHANGED, 'buffer-edges')),
  reading('unwraps-frames', each(CHANGED, 'frames-inside')),
  reading('little-endian', each(LOST, 'one-reply', 'width-edges')),
  reading('length-in-sixteen-bits', each([...CUT, ...LOST], 'width-edges')),
  reading('zero-is-the-end', each(LOST, 'empty-reply')),
  reading('zero-is-skipped', each(LOST, 'empty-reply-between', 'run-of-empty-replies')),
  reading('text-per-read', each([...CHANGED, ...LOST], 'character-cut')),
  reading('text-per-message', each(CHANGED, 'not-utf8', 'all-byte-values')),
  reading('trims', each(CHANGED, 'line-ends-inside')),
  reading('escapes-ff', each(CHANGED, 'all-byte-values', 'random-reply')),
  reading('drops-equal-neighbours', each(LOST, 'equal-replies')),
  reading('delivers-partial', {
    ...each(['truncated-delivered'], 'closed-inside-message', 'closed-before-last-byte'),
    ...each(['truncated-delivered'], 'closed-inside-large-reply', 'replies-then-torn-reply'),
  }),
  reading('never-closes', each(['hung'], 'closed-before-reply', 'closed-behind-header')),
  reading('waits-inside-header', each(['hung'], 'closed-inside-header')),
  reading('drops-last-with-fin', each(LOST, 'last-reply-with-end')),
  reading('no-limit', {
    ...each(TAKEN, 'length-over-max', 'length-all-ones', 'over-max-in-full'),
    ...each(TAKEN, 'garbage-behind-reply'),
    ...each(['memory'], 'memory-behind-huge-length'),
  }),
  reading('limit-one-low', each(['rejected'], 'largest-reply')),
  reading('signed-length', each([...TAKEN, 'crashed'], 'length-with-top-bit')),
  reading('wraps-in-32-bits', each(TAKEN, 'length-near-wrap')),
  reading('varint-without-end', each([...TAKEN, 'hung'], 'varint-endless')),
  reading('varint-overlong', each(TAKEN, 'varint-overlong')),
  reading('varint-in-32-bits', each(TAKEN, 'length-wider-than-32-bits')),
  reading('cobs-runs-past', each(TAKEN, 'cobs-zero-inside')),
  reading('slip-any-escape', each(TAKEN, 'slip-bad-escape')),
  reading('slip-empty-messages', each([...LOST, 'extra-bytes'], 'slip-shared-end')),
  reading('netstring-leading-zeros', each(TAKEN, 'netstring-leading-zero')),
  reading('netstring-number-parser', each(TAKEN, 'netstring-sign')),
  reading('netstring-counts-any-byte', each(TAKEN, 'netstring-no-digit')),
  reading('netstring-skips-comma', each(TAKEN, 'netstring-no-comma')),
  reading('content-length-exact-name', each(['rejected'], 'content-length-spellings')),
  reading('content-length-missing-is-zero', each(TAKEN, 'content-length-missing')),
  reading('content-length-parsed-kindly', each(TAKEN, 'content-length-sign')),
  reading('content-length-first-wins', each(TAKEN, 'content-length-two-lengths')),
  reading('content-length-endless-header', each(TAKEN, 'content-length-block-over-max')),
  reading('line-without-limit', {
    ...each(TAKEN, 'without-end'),
    ...each(['memory'], 'memory-without-end'),
  }),
  reading('copy-for-every-piece', each(['memory'], 'memory-of-one-reply')),
  reading('digest-not-verified', each(TAKEN, 'json-header-wrong-digest')),
  reading('size-from-text', each(TAKEN, 'json-header-size-as-text')),
  reading('size-negative-is-zero', each(TAKEN, 'length-negative')),
  reading('size-missing-is-zero', each(TAKEN, 'json-header-no-size')),
  reading('no-limit-of-header', each(TAKEN, 'json-header-header-over-max')),
  reading('header-length-not-checked-below', each(TAKEN, 'json-header-length-zero')),
  reading('kind-parser', each(TAKEN, 'json-header-no-json')),
  reading('searches-for-the-key', each(['rejected'], 'json-header-unknown-keys')),
]

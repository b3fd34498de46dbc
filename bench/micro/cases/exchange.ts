/** Everything that happens to a message between two programs, but without the network. */
import {
  exchangeTaken,
  exchangeViews,
  iterate,
  iterateDuplex,
  iterateWebStream,
} from '../contenders/framegate.ts'
import {
  exchangeItLengthPrefixed,
  iterateItLengthPrefixed,
} from '../contenders/it-length-prefixed.ts'
import {
  exchangeLengthPrefixedStream,
  iterateLengthPrefixedStream,
} from '../contenders/length-prefixed-stream.ts'
import { exchangeSplit2 } from '../contenders/others.ts'
import { LONG, type MicroCase, own, peer, SHORT } from '../micro-case.ts'

const views = (framing: string) =>
  own(`framegate ${framing}`, { framing, delivers: 'view', open: exchangeViews })

const taken = (framing: string) =>
  own(`framegate ${framing}, taken`, { framing, delivers: 'copy', open: exchangeTaken })

const varintPeers = [
  peer('length-prefixed-stream', {
    framing: 'varint',
    delivers: 'view',
    open: exchangeLengthPrefixedStream,
  }),
  peer('it-length-prefixed', {
    framing: 'varint',
    delivers: 'list of views',
    open: exchangeItLengthPrefixed,
  }),
]

const exchanging = (
  id: string,
  tape: Pick<MicroCase, 'frames' | 'frameBytes'>,
  contenders: MicroCase['contenders'],
): MicroCase => ({ id, tool: 'tinybench', makes: 'messages', ...tape, contenders })

const iterating = { framing: 'varint', delivers: 'copy' }

export const EXCHANGE_CASES: readonly MicroCase[] = [
  exchanging('exchange-64B-varint', SHORT, [views('varint'), taken('varint'), ...varintPeers]),
  exchanging('exchange-4KiB-varint', LONG, [views('varint'), taken('varint'), ...varintPeers]),
  exchanging('exchange-64B-line', SHORT, [
    views('line'),
    taken('line'),
    peer('split2', { framing: 'line', delivers: 'string', open: exchangeSplit2 }),
  ]),
  exchanging('iterate-64B-varint', SHORT, [
    own('framegate messages()', { ...iterating, open: iterate }),
    own('framegate decoderStream()', { ...iterating, open: iterateWebStream }),
    own('framegate messageDuplex()', { ...iterating, open: iterateDuplex }),
    peer('length-prefixed-stream', {
      framing: 'varint',
      delivers: 'view',
      open: iterateLengthPrefixedStream,
    }),
    peer('it-length-prefixed', {
      framing: 'varint',
      delivers: 'list of views',
      open: iterateItLengthPrefixed,
    }),
  ]),
]

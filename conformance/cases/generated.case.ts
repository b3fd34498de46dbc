/** Exchanges that nobody thought of: made up from the seed, made small when one fails. */
import { type Case, defineCases, needs, type SubjectTraits } from '../case.ts'
import { makePlan, type Plan, type PlanBounds, playAll } from '../generated.ts'
import type { Trial } from '../trial.ts'
import { letters } from './bytes.ts'

const PLANS = 12
/** Long enough for two reads of the usual buffers, short enough for many in a moment. */
const MESSAGE_BYTES_MAX = 3_000
/** Requests of exchanges stand in for small messages only. */
const EXCHANGED_BYTES_MAX = 32

type Shape = Pick<PlanBounds, 'messagesMax' | 'cutsMax' | 'pieces' | 'ends'>

function* plansFor({ random, options: { traits } }: Trial, shape: Shape): Generator<Plan> {
  const bounds = { ...shape, ...boundsOf(traits) }
  for (let count = 0; count < PLANS; count++) yield makePlan(random, bounds)
}

function boundsOf({ framing, messageBytesMax, exchanges, pipelining }: SubjectTraits) {
  const most = exchanges ? EXCHANGED_BYTES_MAX : MESSAGE_BYTES_MAX
  return {
    messageBytesMax: Math.min(most, messageBytesMax),
    mayBeEmpty: framing.carriesEmpty,
    headerBytes: framing.headerBytes(framing.adapt(letters(EXCHANGED_BYTES_MAX))),
    ...(pipelining === false ? { messagesMax: 1 } : {}),
  }
}

const generated = (
  about: Pick<Case, 'id' | 'clauses' | 'sends' | 'expects' | 'finds'>,
  shape: Shape,
): Case => ({
  ...about,
  level: 'must',
  unsupported: needs.framing,
  run: (trial) => playAll(trial, plansFor(trial, shape)),
})

export const generatedCases: readonly Case[] = defineCases([
  generated(
    {
      id: 'generated/cuts',
      clauses: ['ALL-1', 'ALL-2', 'ALL-3'],
      sends: 'Twelve lists of messages made up from the seed, each cut where the seed says.',
      expects: 'Every reply of every list, in order.',
      finds: 'What no case was written for: a length at a cut that somebody got wrong.',
    },
    { messagesMax: 6, cutsMax: 10, pieces: 'split', ends: ['open'] },
  ),
  generated(
    {
      id: 'generated/merges',
      clauses: ['ALL-1', 'ALL-2', 'ALL-3'],
      sends: 'Twelve lists of messages, the pieces of which arrive while the server is stopped.',
      expects: 'Every reply of every list, in order.',
      finds: 'Frames, tails and headers that are read together in a way nobody thought of.',
    },
    { messagesMax: 8, cutsMax: 3, pieces: 'merge', ends: ['open'] },
  ),
  generated(
    {
      id: 'generated/ends',
      clauses: ['ALL-6', 'ALL-7'],
      sends: 'Twelve lists of messages, cut anywhere, with our FIN behind them or in the last.',
      expects: 'Every reply to a whole message, none to half a one, and then the end.',
      finds: 'Replies lost at the end of a connection, and half messages taken for whole ones.',
    },
    { messagesMax: 4, cutsMax: 4, pieces: 'split', ends: ['half-close', 'inside-a-frame'] },
  ),
])

/** What `framegate.config.ts` may say. A new setting is a line here, with its comment. */
import * as v from 'valibot'
import { SERVICES } from '../impl/contract.ts'
import { parseSize } from '../wire/options.ts'
import { Exchanges } from './exchanges.ts'

const text = v.pipe(v.string(), v.nonEmpty('it must not be empty'))

const size = v.union(
  [
    v.pipe(v.number(), v.integer(), v.minValue(1)),
    v.pipe(
      v.string(),
      v.check(isSize, 'a size is a number of bytes, or digits and B, KiB, MiB or GiB: "1MiB"'),
    ),
  ],
  'a size is a number of bytes, or digits and B, KiB, MiB or GiB: "1MiB"',
)

/** One server. */
export const Subject = v.pipe(
  v.strictObject({
    /** What the command line and reports call it. */
    name: v.pipe(text, v.regex(/^[^-\s]\S*$/, 'a name has no spaces and begins with no dash')),
    /** The command that starts it; `{port}` or `{path}` is where it has to listen. */
    exec: v.optional(text),
    /** Where it runs already: `HOST:PORT` or `unix:/path`. */
    connect: v.optional(text),
    /** What its output says when it is ready, where listening is not enough. */
    readyPattern: v.optional(text),
    /** As `framegate list framings` shows it; or the two below. */
    framing: v.optional(text),
    requestFraming: v.optional(text),
    responseFraming: v.optional(text),
    /** What it answers. */
    service: v.optional(v.picklist(SERVICES)),
    /** Requests and their replies, or the file that holds them, for one that does not echo. */
    exchanges: v.optional(v.union([text, Exchanges], 'exchanges are a file or a list of pairs')),
    /** Largest message that it promises to take: bytes, or `'1MiB'`. */
    maxFrame: v.optional(size),
    transport: v.optional(v.picklist(['tcp', 'unix', 'udp'])),
    /** It serves one connection at a time, and may end after it. */
    singleConnection: v.optional(v.boolean()),
    /** False: it takes a request only after the reply to the one before. */
    pipelining: v.optional(v.boolean()),
    /** File of expected failures. */
    ledger: v.optional(text),
  }),
  v.check(
    ({ exec, connect }) => (exec === undefined) !== (connect === undefined),
    'a subject has exec or connect: one of them',
  ),
  v.check(
    ({ framing, requestFraming, responseFraming }) =>
      framing !== undefined || (requestFraming !== undefined && responseFraming !== undefined),
    'a subject has framing, or requestFraming and responseFraming',
  ),
)

/** What `framegate gate` uses where the command line does not say it. */
const GateSettings = v.strictObject({
  /** The smallest slowdown that counts: `'3%'`. */
  floor: v.optional(text),
  /** How long it may take: `'5m'`. */
  budget: v.optional(text),
})

export const Config = v.strictObject({
  subjects: v.optional(
    v.pipe(
      v.array(Subject),
      v.check(
        (subjects) => new Set(subjects.map(({ name }) => name)).size === subjects.length,
        'two subjects have the same name',
      ),
    ),
  ),
  gate: v.optional(GateSettings),
})

/** As it is written, before sizes are read. */
export type SubjectSettings = v.InferInput<typeof Subject>
export type FramegateConfig = v.InferInput<typeof Config>

function isSize(written: string): boolean {
  try {
    return parseSize(written) > 0
  } catch {
    // What is wrong with it is said by the check that asks.
    return false
  }
}

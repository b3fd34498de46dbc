import { fromHex } from './bytes.ts'
import { cobs } from './cobs.ts'
import { contentLength } from './content-length.ts'
import { datagram } from './datagram.ts'
import { DELIMITER_BYTES_MAX, delimiter } from './delimiter.ts'
import { fixed } from './fixed.ts'
import { type Framing, MESSAGE_BYTES_MAX_DEFAULT } from './framing.ts'
import { INTEGER_BYTES, type IntegerKind } from './integer.ts'
import { jsonHeader } from './json-header.ts'
import { LENGTH_FIELD_WIDTHS, type LengthFieldLayout, lengthField } from './length-field.ts'
import { lengthPrefix } from './length-prefix.ts'
import { line } from './line.ts'
import { nearest } from './nearest.ts'
import { netstring } from './netstring.ts'
import {
  FramingOptionError,
  type FramingText,
  formatSize,
  parseChoice,
  parseInteger,
  parseSize,
  splitFraming,
} from './options.ts'
import { raw } from './raw.ts'
import { slip } from './slip.ts'
import { varint } from './varint.ts'

/** What a line of the registry gets to make its framing from. */
interface Request extends FramingText {
  /** Settled from option, defaults and MESSAGE_BYTES_MAX_DEFAULT. */
  messageBytesMax: number
  /** The canonical id: `max` where it was given, then `options`. */
  canonical(options?: string, argument?: string): string
}

interface Entry {
  id: string
  /** As it is written: `fixed:<n>`. */
  usage: string
  /** One that `parseFraming` takes as it stands. */
  example: string
  /** Names of the options beside `max`. */
  options: readonly string[]
  takesArgument: boolean
  make(request: Request): Framing
}

const entry = (
  usage: string,
  options: readonly string[],
  make: (request: Request) => Framing,
  example = usage,
): Entry => {
  const id = usage.split(':')[0]!
  return { id, usage, example, options, takesArgument: usage.includes(':'), make }
}

/** Far over any header, far under where sums stop being exact. */
const LENGTH_FIELD_OPTION_MAX = 65_536
const LF_OPTIONS = ['offset', 'width', 'endian', 'adjust', 'strip']
const LF_EXAMPLE = 'length-field?offset=2&width=2&endian=be&adjust=-4&strip=4'

/** The list of framings: one line each. */
const ENTRIES: readonly Entry[] = [
  entry('raw', [], (r) => raw(r.canonical(), r.messageBytesMax)),
  ...(Object.keys(INTEGER_BYTES) as IntegerKind[]).map(prefixEntry),
  entry('length-field', LF_OPTIONS, makeLengthField, LF_EXAMPLE),
  entry('varint', [], (r) => varint(r.canonical(), r.messageBytesMax)),
  entry('netstring', [], (r) => netstring(r.canonical(), r.messageBytesMax)),
  entry('content-length', [], (r) => contentLength(r.canonical(), r.messageBytesMax)),
  entry('json-header', ['digest'], makeJsonHeader),
  entry('fixed:<bytes>', [], makeFixed, 'fixed:256'),
  entry('line', [], (r) => line(r.canonical(), r.messageBytesMax)),
  entry('delimiter:<hex>', [], makeDelimiter, 'delimiter:0d0a'),
  entry('cobs', [], (r) => cobs(r.canonical(), r.messageBytesMax)),
  entry('slip', [], (r) => slip(r.canonical(), r.messageBytesMax)),
  entry('datagram', [], (r) => datagram(r.canonical(), r.messageBytesMax)),
]

/** Ids of all framings, without arguments and options. */
export const FRAMING_IDS: readonly string[] = ENTRIES.map(({ id }) => id)

/** How each framing is written, and an example that `parseFraming` takes. */
export const FRAMING_USAGES: readonly { id: string; usage: string; example: string }[] = ENTRIES

/**
 * Settles a framing with its options: `u32be?max=1MiB&length-includes-header`, `fixed:256`.
 *
 * @param text id, `:` and argument where it has one, options behind `?`
 * @param defaults used where the text does not say; `max` in the text wins
 * @throws FramingOptionError which says what is wrong and what is allowed
 */
export function parseFraming(text: string, defaults: { messageBytesMax?: number } = {}): Framing {
  const split = splitFraming(text)
  const found = ENTRIES.find(({ id }) => id === split.id)
  if (found === undefined) throw new FramingOptionError(unknownId(split.id))
  if (found.takesArgument !== (split.argument !== null)) {
    throw new FramingOptionError(`'${text}' has to be written ${found.usage}`)
  }
  const allowed = ['max', ...found.options]
  for (const option of split.options.keys()) {
    if (allowed.includes(option)) continue
    throw new FramingOptionError(
      `${found.id} has no option '${option}'; it has ${allowed.join(', ')}`,
    )
  }
  const max = split.options.get('max')
  const messageBytesMax =
    max === undefined ? (defaults.messageBytesMax ?? MESSAGE_BYTES_MAX_DEFAULT) : parseSize(max)
  const canonical = (options = '', argument = split.argument): string => {
    const parts = [max === undefined ? '' : `max=${formatSize(messageBytesMax)}`, options]
    const query = parts.filter((part) => part !== '').join('&')
    const name = argument === null ? found.id : `${found.id}:${argument}`
    return query === '' ? name : `${name}?${query}`
  }
  return found.make({ ...split, messageBytesMax, canonical })
}

function prefixEntry(kind: IntegerKind): Entry {
  return entry(kind, ['length-includes-header'], (request) => {
    const flag = request.options.get('length-includes-header')
    if (flag) throw new FramingOptionError('length-includes-header takes no value')
    const lengthIncludesHeader = flag !== undefined
    const id = request.canonical(lengthIncludesHeader ? 'length-includes-header' : '')
    return lengthPrefix({
      kind,
      messageBytesMax: request.messageBytesMax,
      lengthIncludesHeader,
      id,
    })
  })
}

function makeJsonHeader(request: Request): Framing {
  const digest = parseChoice('digest', request.options.get('digest') ?? 'md5', ['md5', 'none'])
  const id = request.canonical(digest === 'md5' ? '' : `digest=${digest}`)
  return jsonHeader(id, request.messageBytesMax, digest)
}

function makeLengthField(request: Request): Framing {
  const given = (name: string, otherwise: string) => request.options.get(name) ?? otherwise
  const integer = (name: string, min: number) =>
    parseInteger(name, given(name, '0'), min, LENGTH_FIELD_OPTION_MAX)
  const layout: LengthFieldLayout = {
    offset: integer('offset', 0),
    width: Number(parseChoice('width', given('width', '4'), LENGTH_FIELD_WIDTHS)),
    endian: parseChoice('endian', given('endian', 'be'), ['be', 'le']),
    adjust: integer('adjust', -LENGTH_FIELD_OPTION_MAX),
    strip: integer('strip', 0),
  }
  const options = Object.entries(layout).map(([name, value]) => `${name}=${value}`)
  return lengthField(request.canonical(options.join('&')), request.messageBytesMax, layout)
}

function makeFixed(request: Request): Framing {
  const bytes = parseSize(request.argument ?? '')
  if (bytes < 1 || bytes > request.messageBytesMax) {
    const max = formatSize(request.messageBytesMax)
    throw new FramingOptionError(`fixed:${request.argument}: from 1 byte to the limit of ${max}`)
  }
  return fixed(request.canonical('', String(bytes)), bytes)
}

function makeDelimiter(request: Request): Framing {
  const hex = (request.argument ?? '').toLowerCase()
  const isHex = /^(?:[0-9a-f]{2})+$/.test(hex)
  if (!isHex || hex.length > 2 * DELIMITER_BYTES_MAX) {
    throw new FramingOptionError(
      `delimiter:${request.argument}: 1 to ${DELIMITER_BYTES_MAX} bytes in hex are needed`,
    )
  }
  const mark = fromHex(hex)
  return delimiter(request.canonical('', hex), request.messageBytesMax, mark)
}

function unknownId(id: string): string {
  const near = nearest(id, FRAMING_IDS)
  const hint = near === null ? '.' : `; did you mean ${near}?`
  return `no framing '${id}'${hint} There are: ${FRAMING_IDS.join(', ')}`
}

/** What must not be written: constructs, words and addresses. */
import { linesOf, type Rule, type Violation } from './repository.ts'
import type { Construct } from './source.ts'

/** Where waiting for a time is the point, and why. A place that does not wait is a violation. */
const MAY_SLEEP: Readonly<Record<string, string>> = {
  'harness/clock.ts': 'the one pause that everybody else calls',
  'conformance/mutants/sending.ts': 'a server that blocks is the mistake it plays',
}

const ADVICE: Readonly<Record<Construct['kind'], string>> = {
  any: '`any` switches the types off: use `unknown` and look, or say the type.',
  only: '`.only` keeps all other tests from running: remove it.',
  sleep:
    'A sleep hopes: wait for a condition with `until` of harness/reactor.ts, or pause with ' +
    '`pauseMs` of harness/clock.ts where there is none.',
}

export const constructs: Rule = ({ sources }) => {
  const used = new Set<string>()
  const violations = sources.flatMap(({ path, constructs }) =>
    constructs.flatMap(({ kind, line }): Violation[] => {
      if (kind === 'sleep' && path in MAY_SLEEP) {
        used.add(path)
        return []
      }
      return [{ path, line, message: ADVICE[kind] }]
    }),
  )
  const unused = Object.keys(MAY_SLEEP).filter(
    (path) => sources.some((source) => source.path === path) && !used.has(path),
  )
  const message = 'It does not sleep any more: remove it from MAY_SLEEP in scripts/tidy/words.ts.'
  return [...violations, ...unused.map((path) => ({ path, line: 1, message }))]
}

/** Brackets keep each pattern from matching its own text. */
const WORDS: readonly { pattern: RegExp; message: string }[] = [
  {
    pattern: /\b(?:FIX[M]E|TO[D]O)\b/,
    message: 'A note to oneself is forgotten: do it now, or open an issue.',
  },
  {
    pattern: /(?<![\w.*-])\/(?:work|roo[t]|home\/[a-z]\w*|Users\/\w+)\//,
    message: 'A path of one machine: write it relative to the repository.',
  },
  {
    pattern: /registr[y]\.(?:npmjs|yarnpkg)|https?:\/\/[^\s/]*(?:registr[y]|artifactor[y]|nexu[s])/,
    message: 'The address of a package registry: leave it to the configuration of npm.',
  },
]

export const words: Rule = ({ texts }) =>
  texts.flatMap((file) =>
    linesOf(file).flatMap((line, index) =>
      WORDS.filter(({ pattern }) => pattern.test(line)).map(({ message }) => ({
        path: file.path,
        line: index + 1,
        message,
      })),
    ),
  )

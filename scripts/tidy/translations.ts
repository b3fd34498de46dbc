/** A translated README shows the commands and leads to the places of the English one. */
import { linesOf, type Rule, type TextFile, type Violation } from './repository.ts'

const ORIGINAL = 'README.md'
const TRANSLATION = /^README\.[\w-]+\.md$/

export const translations: Rule = ({ texts }) => {
  const original = texts.find(({ path }) => path === ORIGINAL)
  if (!original) return []
  return texts
    .filter(({ path }) => TRANSLATION.test(path))
    .flatMap((file) => [
      ...differences(file, 'command', commandsOf(original), commandsOf(file)),
      ...differences(file, 'link', linksOf(original), linksOf(file)),
    ])
}

function differences(
  { path }: TextFile,
  what: string,
  wanted: readonly string[],
  found: readonly string[],
): Violation[] {
  const missing = wanted.filter((one) => !found.includes(one))
  const surplus = found.filter((one) => !wanted.includes(one))
  return [
    ...missing.map((one) => `${ORIGINAL} has a ${what} that is missing here: ${one}`),
    ...surplus.map((one) => `A ${what} that ${ORIGINAL} does not have: ${one}`),
  ].map((message) => ({ path, line: 1, message }))
}

/** The lines of fences, without what is said behind ` #` for readers. */
function commandsOf(file: TextFile): string[] {
  let isInside = false
  return linesOf(file).flatMap((line) => {
    const isMark = line.startsWith('```')
    if (isMark) isInside = !isInside
    if (isMark || !isInside) return []
    return [line.replace(/\s+# (?!exits \d).*$/, '')]
  })
}

/** Other than from one language to another. */
const linksOf = ({ text }: TextFile): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, inText, inMarkup]) => inText ?? inMarkup!)
    .filter((target) => target !== ORIGINAL && !TRANSLATION.test(target))

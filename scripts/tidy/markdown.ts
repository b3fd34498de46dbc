/** Documents: one title each, and links that lead somewhere. */
import { posix } from 'node:path'
import { isTestSupport, linesOf, type Rule, type TextFile, type Violation } from './repository.ts'

const isMarkdown = ({ path }: TextFile): boolean => path.endsWith('.md')

export const titles: Rule = ({ texts }) =>
  texts.filter(isMarkdown).flatMap((file): Violation[] => {
    const { path } = file
    const at = prose(file).filter(({ text }) => /^# \S/.test(text))
    if (at.length === 0) {
      return [{ path, line: 1, message: 'No title: begin with one line `# Title`.' }]
    }
    const message = 'A second title: one `# Title` a document, then `##`.'
    return at.slice(1).map(({ line }) => ({ path, line, message }))
  })

/** The lines outside fences. */
function prose(file: TextFile): { text: string; line: number }[] {
  let fence: string | null = null
  return linesOf(file).flatMap((text, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence === null && !mark) return [{ text, line: index + 1 }]
    if (mark && fence === null) fence = mark
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null
    return []
  })
}

const LINK = /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g

/** Links to files of the repository; what is behind `#` is not looked at. */
export const links: Rule = ({ texts }) => {
  const paths = texts.map(({ path }) => path)
  const exists = (target: string): boolean =>
    paths.some((path) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`))
  // What a golden links to is made with it, and is not kept.
  const documents = texts.filter((file) => isMarkdown(file) && !isTestSupport(file.path))
  return documents.flatMap((file) =>
    prose(file).flatMap(({ text, line }) =>
      [...text.matchAll(LINK)].flatMap((match): Violation[] => {
        const [address = ''] = (match[1] ?? match[2]!).split('#')
        if (address === '' || /^[a-z]+:/.test(address)) return []
        const target = posix.join(posix.dirname(file.path), address)
        if (exists(target)) return []
        const message = `The link to ${address} leads nowhere: there is no ${target}.`
        return [{ path: file.path, line, message }]
      }),
    ),
  )
}

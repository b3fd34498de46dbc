/** How long lines, functions and files may be. */
import { isTest, linesOf, type Rule, type TextFile } from './repository.ts'

const COLUMNS_MAX = 100
const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 300
const TEST_FILE_LINES_MAX = 500

const WRITTEN_BY_HAND = /\.(?:ts|mjs|py|sh|yml)$|^\.ci\//
/** Written by a program. */
const GENERATED = /\.golden\.|^reports\/published\//
/** An address, a command to type, or a sentence for a person in quotes: cut, it reads worse. */
const UNBREAKABLE = /https?:\/\/|Try it: |(['"`]).{40,}\1/

export const lineLength: Rule = ({ texts }) =>
  texts.filter(isWrittenByHand).flatMap((file) =>
    linesOf(file).flatMap((line, index) => {
      const columns = [...line].length
      if (columns <= COLUMNS_MAX || UNBREAKABLE.test(line)) return []
      const message = `${columns} columns: break the line, ${COLUMNS_MAX} are the most.`
      return [{ path: file.path, line: index + 1, message }]
    }),
  )

const isWrittenByHand = ({ path }: TextFile): boolean =>
  WRITTEN_BY_HAND.test(path) && !GENERATED.test(path)

export const functionLength: Rule = ({ sources }) =>
  sources.flatMap(({ path, functions }) =>
    functions.flatMap(({ name, line, lines }) => {
      if (lines <= FUNCTION_LINES_MAX) return []
      const most = `${FUNCTION_LINES_MAX} are the most`
      return [{ path, line, message: `${name} has ${lines} lines: take a part out, ${most}.` }]
    }),
  )

export const fileLength: Rule = ({ texts }) =>
  texts.flatMap((file) => {
    const { path } = file
    if (!/\.(?:ts|mjs)$/.test(path)) return []
    const most = isTest(path) ? TEST_FILE_LINES_MAX : FILE_LINES_MAX
    // The last line ends with a line feed, too: behind it there is no other.
    const lines = linesOf(file).length - 1
    if (lines <= most) return []
    const message = `${lines} lines: make two files of it, ${most} are the most.`
    return [{ path, line: most + 1, message }]
  })

/** `framegate diff OLD NEW`: what is worse in a conformance run than in the one before. */
import { type DiffResult, diffResults } from '../../conformance/diff.ts'
import { renderDiffMarkdown } from '../../reports/diff-markdown.ts'
import { print } from '../console.ts'
import { printDiff } from '../diff-text.ts'
import { UsageError } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { writeFileWhole, writeJson } from '../files.ts'
import { readConformFile } from '../result-files.ts'
import type { AddCommand } from './registry.ts'

const FORMATS = ['text', 'md', 'json'] as const
type Format = (typeof FORMATS)[number]

interface Options {
  format: Format
  json?: string
  md?: string
}

export const addDiff: AddCommand = (program, end) => {
  program
    .command('diff')
    .description('compare two conformance runs')
    .argument('<old>', 'what `conform --json` wrote before')
    .argument('<new>', 'what it writes now')
    .option('--format <format>', `what is printed: ${FORMATS.join(', ')}`, parseFormat, 'text')
    .option('--json <file>', 'write the comparison as JSON')
    .option('--md <file>', 'write it as Markdown, for a comment on a pull request')
    .addHelpText('after', HELP)
    .action((old: string, now: string, options: Options) => {
      const result = diffResults(readConformFile(old), readConformFile(now))
      if (options.json) writeJson(options.json, result)
      if (options.md) writeFileWhole(options.md, renderDiffMarkdown(result))
      PRINTERS[options.format](result)
      end(EXITS[result.verdict])
    })
}

const PRINTERS: Readonly<Record<Format, (result: DiffResult) => void>> = {
  text: printDiff,
  md: (result) => print(renderDiffMarkdown(result).trimEnd()),
  json: (result) => print(JSON.stringify(result, null, 2)),
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((one) => one === text)
  if (format) return format
  throw new UsageError(`There is no format "${text}". There are: ${FORMATS.join(', ')}.`)
}

const HELP = `
Subjects are matched by name, framing and transport; a subject alone in both files is compared
whatever it is called. A failure that the ledger of the new run lists is told and fails nothing.

Exit codes: 0 nothing is worse, 1 new failures, 2 a file cannot be read, 3 a run was interrupted or
something could not be proven any more, 4 the two have no subject in common.

Markdown is never longer than GitHub takes a comment.

Examples:
  framegate diff main.json head.json --md comment.md
  framegate diff main.json head.json --format md | gh pr comment --body-file -`

const EXITS: Readonly<Record<DiffResult['verdict'], ExitCode>> = {
  same: EXIT.ok,
  better: EXIT.ok,
  worse: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  'nothing-compared': EXIT.nothingRan,
}

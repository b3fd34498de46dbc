/** The one list of rules of style. A new one is a function and a line here. */
import { arrows } from './arrows.ts'
import { deadExports, deadFiles } from './dead.ts'
import { links, titles } from './markdown.ts'
import type { Rule, Violation } from './repository.ts'
import { fileLength, functionLength, lineLength } from './sizes.ts'
import { translations } from './translations.ts'
import { constructs, words } from './words.ts'

export const RULES: readonly { says: string; rule: Rule }[] = [
  { says: 'imports follow the arrows', rule: arrows },
  { says: 'every file is in use', rule: deadFiles },
  { says: 'every export is in use', rule: deadExports },
  { says: 'lines are short enough', rule: lineLength },
  { says: 'functions are short enough', rule: functionLength },
  { says: 'files are short enough', rule: fileLength },
  { says: 'no sleeps, no `any`, no `.only`', rule: constructs },
  { says: 'no notes to oneself, no places of one machine', rule: words },
  { says: 'every document has one title', rule: titles },
  { says: 'links lead somewhere', rule: links },
  { says: 'translations keep up', rule: translations },
]

/** `file:line what is wrong, and what to do instead`, one a line. */
export const describeViolations = (violations: readonly Violation[]): string =>
  violations.map(({ path, line, message }) => `${path}:${line} ${message}`).join('\n')

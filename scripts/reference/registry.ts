/** Documents that are made of the program, whole or in part. A new one is a line here. */
import { casesReference } from './cases.ts'
import { commandsReference } from './commands.ts'
import { choiceWithFigures } from './published.ts'

export const REFERENCE: readonly { path: string; render(): string }[] = [
  { path: 'docs/reference/commands.md', render: commandsReference },
  { path: 'docs/reference/cases.md', render: casesReference },
  { path: 'docs/choose-a-framing.md', render: choiceWithFigures },
]

/** Documents that are made of the program. A new one is a function and a line here. */
import { casesReference } from './cases.ts'
import { commandsReference } from './commands.ts'

export const REFERENCE: readonly { path: string; render(): string }[] = [
  { path: 'docs/reference/commands.md', render: commandsReference },
  { path: 'docs/reference/cases.md', render: casesReference },
]

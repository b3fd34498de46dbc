/** `framegate smoke`: is the server spoken to in the right way, before every case fails? */

import { EXIT } from '../exit-codes.ts'
import { writeJson } from '../files.ts'
import { addSubjectOptions } from '../options.ts'
import { printSmoke, smoke } from '../smoke.ts'
import { resolveSubjects, type SubjectOptions } from '../subjects.ts'
import type { AddCommand } from './registry.ts'

interface Options extends SubjectOptions {
  json?: string
}

export const addSmoke: AddCommand = (program, end) => {
  addSubjectOptions(program.command('smoke'))
    .description('a first conversation: are the options right, or is the server wrong?')
    .argument('[names...]', 'configured servers or implementations')
    .option('--json <file>', 'write what was seen as JSON')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: Options) => {
      const records = []
      for (const subject of resolveSubjects(names, options)) {
        const result = await smoke(subject)
        printSmoke(subject, result)
        records.push({ subject: subject.record, ...recordOf(result) })
      }
      if (options.json) writeJson(options.json, { schema: 'framegate.smoke/1', subjects: records })
      end(records.every(({ verdict }) => verdict === 'fine') ? EXIT.ok : EXIT.failed)
    })
}

const HELP = `
It starts the server, sends one frame, a second one, and one on another connection. Where that
fails it tells what was sent and what came back, and tries what else the server may speak.

Exit codes: 0 it answers, 1 it does not, 2 usage, 4 not started.

Examples:
  framegate smoke --exec 'python3 server.py {port}' --framing u32be
  framegate smoke --connect 127.0.0.1:9000 --framing json-header`

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const recordOf = ({ verdict, steps, guess }: Awaited<ReturnType<typeof smoke>>) => ({
  verdict,
  steps: steps.map((step) => ({ ...step, sent: hex(step.sent), received: hex(step.received) })),
  guess,
})

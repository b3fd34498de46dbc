/** What `framegate init` writes: a configuration and a workflow, from one subject's settings. */
import { existsSync } from 'node:fs'
import manifest from '../../package.json' with { type: 'json' }
import type { SubjectSettings } from '../config-schema.ts'
import { UsageError } from '../errors.ts'

export const FILES = {
  config: 'framegate.config.ts',
  ledger: 'framegate-ledger.json',
  workflow: '.github/workflows/framegate.yml',
} as const

/** Throws UsageError naming what is there already. */
export function refuseToOverwrite(): void {
  const there = Object.values(FILES).filter((path) => existsSync(path))
  if (there.length === 0) return
  const [are, them] = there.length === 1 ? ['is', 'it'] : ['are', 'them']
  throw new UsageError(`${there.join(', ')} ${are} here already. --force writes ${them} anew.`)
}

/** What a reader of the configuration is told, in the order of the file. */
const COMMENTS = {
  name: 'What the command line and reports call it.',
  exec: 'How it is started, here and in CI. It has to listen on {port}, or at {path}.',
  readyPattern: 'It is ready when its output matches this.',
  framing: 'How it marks where a message ends: `npx framegate list framings`.',
  requestFraming: 'How requests are framed: `npx framegate list framings`.',
  responseFraming: 'How it frames its replies.',
  service: 'What it answers.',
  exchanges: 'Requests and the replies that they have to get.',
  maxFrame: 'The largest message that it promises to take: a longer one it has to refuse.',
  transport: 'What it is spoken to over.',
  singleConnection: 'It serves one connection at a time.',
  pipelining: 'It takes a request only after the reply to the one before.',
  ledger: 'What it is known to get wrong. Mended? Take it off there, or conform fails.',
} as const

export function configText(settings: SubjectSettings): string {
  const given = Object.entries(COMMENTS).flatMap(([key, comment]) => {
    const value = settings[key as keyof typeof COMMENTS]
    return value === undefined ? [] : [`      // ${comment}`, `      ${key}: ${literal(value)},`]
  })
  const asked = settings.maxFrame === undefined ? [`      // ${COMMENTS.maxFrame}`] : []
  const sizes = asked.map((line) => `${line}\n      // maxFrame: '1MiB',`)
  return `/** What framegate tests here: \`npx framegate conform\` reads it. */
import type { FramegateConfig } from 'framegate'

export default {
  subjects: [
    {
${[...given, ...sizes].join('\n')}
    },
  ],
  // The smallest slowdown that counts for \`npx framegate gate\`, and how long it may take.
  // gate: { floor: '3%', budget: '5m' },
} satisfies FramegateConfig
`
}

const literal = (value: unknown): string =>
  typeof value === 'string' && !/['\\\n]/.test(value) ? `'${value}'` : JSON.stringify(value)

/** Without a lock file the workflow takes the version that wrote it. */
export function workflowText(): string {
  const isLocked = existsSync('package-lock.json')
  const install = isLocked ? 'npm ci' : `npm install --no-save framegate@${manifest.version}`
  return `# Is the server right? Fails for what ${FILES.ledger} does not list.
name: framegate

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  conform:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
      - uses: actions/setup-node@53b83947a5a98c8d113130e565377fae1a50d02f # v6.3.0
        with:
          node-version: 22
      # What the server needs (a compiler, packages, a build) goes here.
      - run: ${install}
      - run: npx framegate conform --md framegate.md --json framegate.json
      - if: \${{ !cancelled() }}
        run: if [ -f framegate.md ]; then cat framegate.md >> "$GITHUB_STEP_SUMMARY"; fi
`
}

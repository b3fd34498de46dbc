/** The client cases against right clients: not one is accused. */
import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CLIENT_MUTANTS, RIGHT_CLIENTS } from '../mutants/clients/mutants.ts'
import { MESSAGE_BYTES_MAX } from '../mutants/connection.ts'
import type { CaseResult } from '../result.ts'
import { linesOf, RUN_MS_MAX } from '../testing.ts'
import { CLIENT_CASES } from './registry.ts'
import { runAgainstClient } from './testing.ts'

const MIB = 1_048_576
const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const RUN = pathOf('../mutants/clients/run.ts')

const passedOrNotApplicable = ({ outcome, resources }: CaseResult): boolean =>
  outcome === 'unsupported' || (outcome === 'pass' && resources !== 'leak')

/** All cases in one framing; its own and a few in every other. */
function casesFor(framing: string) {
  if (framing === 'u32be') return CLIENT_CASES
  const own = CLIENT_MUTANTS.filter(({ client }) => client.framing === framing)
  const meant = new Set(own.flatMap(({ killedBy }) => Object.keys(killedBy)))
  const few = /^client\/(one-reply|two-replies-one-write|every-byte-apart|closed-inside-message)$/
  return CLIENT_CASES.filter(({ id }) => meant.has(id) || few.test(id))
}

describe('a client that mutants are made from passes every case', () => {
  test.each(Object.entries(RIGHT_CLIENTS).map(([id, { framing }]) => [id, framing] as const))(
    '%s',
    async (id, framing) => {
      const command = `'${process.execPath}' '${RUN}' {host} {port} '${id}'`
      const client = { command, framing, messageBytesMax: MESSAGE_BYTES_MAX }
      const results = await runAgainstClient(client, casesFor(framing))
      expect(linesOf(results, passedOrNotApplicable)).toEqual([])
      expect(results.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(3)
    },
    RUN_MS_MAX,
  )
})

describe('an example in another language passes every MUST and every SHOULD', () => {
  const passesAll = async (command: string) => {
    const client = { command, framing: 'u32be', messageBytesMax: MIB }
    const results = await runAgainstClient(client, CLIENT_CASES)
    const judged = results.filter(({ level }) => level !== 'observe')
    expect(linesOf(judged, passedOrNotApplicable)).toEqual([])
    expect(judged.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(60)
  }
  const missing = (program: string) =>
    Bun.which(program) ? '' : ` (skipped: there is no ${program} on this machine)`

  for (const [program, file] of [
    ['python3', 'examples/clients/client.py'],
    ['node', 'examples/clients/client.mjs'],
  ] as const) {
    test.skipIf(missing(program) !== '')(
      `${file}${missing(program)}`,
      () => passesAll(`${program} '${pathOf(`../../${file}`)}' {host} {port}`),
      RUN_MS_MAX,
    )
  }

  test.skipIf(missing('cc') !== '')(
    `examples/clients/client.c${missing('cc')}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'framegate-client-'))
      try {
        const program = join(folder, 'client')
        const source = pathOf('../../examples/clients/client.c')
        const built = Bun.spawnSync(['cc', '-O2', '-Wall', '-Werror', '-o', program, source])
        expect(built.stderr.toString()).toBe('')
        await passesAll(`'${program}' {host} {port}`)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
    RUN_MS_MAX,
  )
})

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { generate } from '../harness/generator.ts'
import { launch } from '../harness/launch.ts'
import { measure, planFor } from './measure.ts'
import { PEERS } from './peers/registry.ts'
import { findScenario } from './registry.ts'
import { workloadOf } from './scenario.ts'

const hasCompiler = Bun.which(process.env.CC || 'cc') !== null
const DEADLINE_MS = 60_000
/** Calls to write and its like that this process has made. */
const writesOf = (pid: number): number =>
  Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1])
const needsCompiler = (id: string): boolean => id === 'c-epoll'

describe.each(PEERS.filter(({ id }) => hasCompiler || !needsCompiler(id)))('$id', (peer) => {
  const subject = () => ({
    name: peer.id,
    framing: peer.framing,
    messageBytesMax: 16 * 1024 * 1024,
    target: {
      kind: 'started' as const,
      spec: {
        kind: 'exec' as const,
        command: peer.command(),
        readyPattern: null,
        transport: 'tcp' as const,
      },
    },
  })

  // Every byte of every reply is compared.
  test.each(['ping-pong', 'pipelined', 'bulk', 'many-connections', 'slow-reader'])(
    'is right in %s',
    async (id) => {
      const outcome = await measure({
        subject: subject(),
        workload: workloadOf(findScenario(id)!, 'smoke'),
        extents: { warmUp: { messages: 20 }, measured: { messages: 40 } },
        seed: 5,
      })
      // The blocking loop waits for a client that does not read, unless the kernel's buffers take
      // all of it first.
      const mayWait = peer.id === 'posix-loop' && id === 'slow-reader'
      if (mayWait && outcome.kind === 'failed') expect(outcome).toMatchObject({ symptom: 'hung' })
      else expect(outcome).toMatchObject({ kind: 'measured', messages: 40 })
    },
  )

  // A peer that writes for each message is slow by its own fault: comparing with it is unfair.
  test.skipIf(!existsSync(`/proc/${process.pid}/io`))(
    'answers many messages with few writes',
    async () => {
      const messages = 5_000
      const workload = workloadOf(findScenario('pipelined')!, 'full')
      const extents = { warmUp: { messages: 1 }, measured: { messages } }
      const launched = await launch(subject().target.spec)
      try {
        const { address, processGroup } = launched
        const about = { subject: subject(), workload, seed: 5 }
        const plan = planFor(about, address, processGroup, extents)
        const outcome = await generate({ ...plan, deadlineMs: DEADLINE_MS })
        expect(outcome).toMatchObject({ kind: 'measured', messages })
        const writes = launched.members().map(writesOf)
        expect(Math.max(...writes)).toBeLessThan(messages / 2)
      } finally {
        await launched.kill()
      }
    },
  )

  test('ends with its group', async () => {
    const { spec } = subject().target
    const launched = await launch(spec)
    await launched.kill()
    expect(launched.members()).toEqual([])
  })
})

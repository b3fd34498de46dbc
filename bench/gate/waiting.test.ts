/**
 * What only waits costs no CPU time, and is found all the same: by when each reply came. Real
 * servers, few and short blocks, effects that nobody can miss.
 */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findScenario } from '../registry.ts'
import { workloadOf } from '../scenario.ts'
import type { BenchSubject } from '../subject.ts'
import { runGate } from './run.ts'

setDefaultTimeout(120_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A millisecond of work for each message: waiting has to be told from it. */
function server(name: string, { noDelay, wait = '' }: { noDelay: boolean; wait?: string }) {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(
    path,
    `let x = 1
    const work = () => { for (let i = 0; i < 600_000; i++) x = Math.imul(x ^ i, 0x9e3779b1) }
    Bun.listen({ hostname: '127.0.0.1', port: Number(process.argv[2]), socket: {
      open(socket) { socket.data = Buffer.alloc(0); socket.setNoDelay(${noDelay}) },
      data(socket, chunk) {
        let rest = Buffer.concat([socket.data, chunk])
        while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
          const end = 4 + rest.readUInt32BE()
          work()
          ${wait}
          socket.write(rest.subarray(0, 4))
          socket.write(rest.subarray(4, end))
          rest = rest.subarray(end)
        }
        socket.data = rest
      },
    } })`,
  )
  const command = `'${process.execPath}' '${path}' {port}`
  const spec = { kind: 'exec', command, readyPattern: null, transport: 'tcp' } as const
  const subject: BenchSubject = {
    name,
    framing: 'u32be',
    messageBytesMax: 1024 * 1024,
    target: { kind: 'started', spec },
  }
  return subject
}

async function verdictsAgainst(head: BenchSubject) {
  const { cells } = await runGate({
    base: server('base', { noDelay: true }),
    head,
    workloads: [workloadOf(findScenario('ping-pong')!, 'full')],
    isStaged: true,
    plan: { routeBlocks: 0, earlyBlocks: [], looks: [4], warmUpMs: 40, closedMs: 80, openMs: 40 },
    // A loaded machine only takes longer.
    budgetMs: 600_000,
    alpha: 0.5,
    floor: 0.5,
    seed: 1,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  })
  return Object.fromEntries(cells.map(({ cell, outcome }) => [cell.metric.id, outcome.decision]))
}

test.each([
  ['two writes a reply, and Nagle', server('nagle', { noDelay: false })],
  ['a sleep of 2 ms a message', server('sleep', { noDelay: true, wait: 'Bun.sleepSync(2)' })],
])('%s: latency is regressed, CPU time is not', async (_, head) => {
  const { latencyNsP50, cpuNsPerMessage } = await verdictsAgainst(head)
  expect(latencyNsP50!.verdict).toBe('regressed')
  expect(cpuNsPerMessage!.verdict).not.toBe('regressed')
})

import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { HarnessError } from './errors.ts'
import { launch, type SubjectSpec } from './launch.ts'
import { Peer } from './peer.ts'
import { until } from './reactor.ts'
import { areAll, isAlive, isLinux, program, shell, soon } from './testing.ts'

/** The error of a launch that must fail. */
async function failure(spec: SubjectSpec, readyWithinMs = 20_000): Promise<HarnessError> {
  const started = launch(spec, { readyWithinMs })
  const error = await started.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HarnessError)
  expect((error as HarnessError).code).toBe('subject-not-started')
  return error as HarnessError
}

describe('a subject is ready', () => {
  test.each(['tcp', 'unix'] as const)('over %s, by its ready line', async (transport) => {
    const serve = { name: 'length-prefixed', framing: 'u8' }
    await using subject = await launch({ kind: 'implementation', serve, transport })
    expect(subject.address.transport).toBe(transport)
    if (subject.address.transport === 'tcp') expect(subject.address.port).toBeGreaterThan(0)
    const peer = await Peer.connect(subject.address, { deadlineMs: soon() })
    await peer.send(Uint8Array.of(1, 0x61), soon())
    expect(await peer.readUntil(() => peer.receivedBytes === 2, soon())).toBe(true)
    peer.close()
  })

  test.each(['tcp', 'unix'] as const)('over %s, as soon as it listens', async (transport) => {
    await using subject = await launch(program('tell-reads', transport))
    const peer = await Peer.connect(subject.address, { deadlineMs: soon() })
    await peer.send(Uint8Array.of(1, 2, 3), soon())
    await peer.readUntil(() => peer.receivedBytes === 2, soon())
    expect(Buffer.concat(peer.reads).toString()).toBe('3\n')
    peer.close()
  })

  test('when what it prints matches, listening or not', async () => {
    const command = 'echo first >&2; echo "now $PORT = $FRAMEGATE_PORT = {port} at {host}"; cat'
    await using subject = await launch(shell(`${command}; sleep 1000`, /^now .* at/m))
    const port = subject.address.transport === 'tcp' ? subject.address.port : 0
    expect(subject.output.text()).toContain(`now ${port} = ${port} = ${port} at 127.0.0.1`)
  })

  test('with a path of its own where it is told one', async () => {
    const spec = { ...shell('echo "go {path}"; sleep 1000', /^go /m), transport: 'unix' } as const
    await using one = await launch(spec as SubjectSpec)
    await using other = await launch(spec as SubjectSpec)
    const paths = [one, other].map(({ address }) =>
      address.transport === 'unix' ? address.path : '',
    )
    expect(one.output.text()).toBe(`go ${paths[0]}\n`)
    expect(paths[0]).not.toBe(paths[1])
    expect(existsSync(paths[0]!.slice(0, paths[0]!.lastIndexOf('/')))).toBe(true)
  })
})

describe('a subject that does not start is explained', () => {
  test('by its exit status and what it said', async () => {
    const { message } = await failure(shell('echo cannot bind >&2; exit 3'))
    expect(message).toContain('exited with status 3 before it was ready')
    expect(message).toContain('It said:\ncannot bind')
  })

  test('by the signal that ended it', async () => {
    const { message } = await failure(shell('kill -s KILL $$'))
    expect(message).toContain('was ended by SIGKILL before it was ready. It said nothing.')
  })

  test('by the port on which nobody listens', async () => {
    const { message } = await failure(shell('echo on my way; sleep 1000'), 200)
    expect(message).toMatch(/did not listen on tcp:\/\/127\.0\.0\.1:\d+ .* within 0\.2 s/)
    expect(message).toContain('{port} in the command is replaced')
    expect(message).toContain('It said:\non my way')
  })

  test('by the pattern that did not match', async () => {
    const { message } = await failure(shell('sleep 1000', /^up$/), 200)
    expect(message).toContain('printed nothing that matches /^up$/ within 0.2 s. It said nothing.')
  })

  test('by the message of an implementation', async () => {
    const serve = { name: 'length-prefixed', framing: 'u23be' }
    const { message } = await failure({ kind: 'implementation', serve, transport: 'tcp' })
    expect(message).toContain('the implementation length-prefixed exited with status 2')
    expect(message).toContain('u23be')
  })

  test('and leaves no process behind', async () => {
    const { message } = await failure(shell('sleep 1000 & echo pid $!; wait'), 300)
    const pid = Number(/pid (\d+)/.exec(message)![1])
    expect(await until(() => !isAlive(pid), soon())).toBe(true)
  })
})

describe('the end', () => {
  test('tells the exit status', async () => {
    await using subject = await launch(program('exit-seven'))
    expect(await subject.stop()).toEqual({ code: 7, signal: null })
    expect(subject.running).toBe(false)
    expect(subject.ended).toEqual({ code: 7, signal: null })
  })

  test('of a right server after SIGTERM is 0', async () => {
    const serve = { name: 'length-prefixed' }
    await using subject = await launch({ kind: 'implementation', serve, transport: 'tcp' })
    expect(await subject.stop()).toEqual({ code: 0, signal: null })
  })

  test('comes by SIGKILL when SIGTERM is ignored', async () => {
    await using subject = await launch(program('ignore-sigterm'))
    expect(await subject.stop(300)).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('is told when nobody asked for it', async () => {
    await using subject = await launch(program('tell-reads'))
    process.kill(subject.members()[0]!, 'SIGKILL')
    expect(await until(() => !subject.running, soon())).toBe(true)
    expect(subject.signal('SIGTERM')).toBe(false)
    expect(await subject.freeze()).toBe(false)
  })

  test.skipIf(!isLinux)('takes forked processes with it, deaf ones included', async () => {
    const deaf = `sh -c 'trap "" TERM HUP; sleep 1000 & while :; do sleep 1000; done' &`
    await using subject = await launch(shell(`${deaf} ${deaf} echo up; wait`, /^up$/m))
    await until(() => subject.members().length >= 6, soon())
    const members = subject.members()
    await subject.stop(300)
    expect(members.filter(isAlive)).toEqual([])
    expect(subject.members()).toEqual([])
  })
})

test('of what a subject prints the end is kept', async () => {
  await using subject = await launch(program('chatty'))
  await until(() => /last words/.test(subject.output.text()), soon())
  const text = subject.output.text()
  expect(text.length).toBeLessThanOrEqual(128 * 1024)
  expect(text.length).toBeGreaterThanOrEqual(64 * 1024)
  expect(text).not.toContain('line 0 ')
  await until(() => /line 19999 /.test(subject.output.text()), soon())
  expect(subject.output.text()).toContain('line 19999 ')
})

describe.skipIf(!isLinux)('a frozen subject', () => {
  test('stands still until it is thawed', async () => {
    await using subject = await launch(program('tell-reads'))
    const peer = await Peer.connect(subject.address, { deadlineMs: soon() })
    expect(await subject.freeze()).toBe(true)
    expect(subject.members()).not.toBeEmpty()
    expect(areAll(subject.members(), 'T')).toBe(true)
    const { cpuNs } = subject.usage()!
    await peer.send(Uint8Array.of(1), soon())
    // A second subject does its work meanwhile: this one had the time to answer.
    await using other = await launch(program('tell-reads'))
    expect(other.running).toBe(true)
    peer.read()
    expect(peer.receivedBytes).toBe(0)
    expect(subject.usage()!.cpuNs).toBe(cpuNs)
    subject.thaw()
    expect(await peer.readUntil(() => peer.receivedBytes === 2, soon())).toBe(true)
    peer.close()
  })

  test('can be ended', async () => {
    await using subject = await launch(program('exit-seven'))
    await subject.freeze()
    expect(await subject.stop()).toEqual({ code: 7, signal: null })
  })

  test('can be ended outright', async () => {
    const subject = await launch(program('tell-reads'))
    await subject.freeze()
    expect(await subject.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  })
})

test.skipIf(!isLinux)('usage counts what the processes need', async () => {
  await using subject = await launch(program('tell-reads'))
  const before = subject.usage()!
  const peers = []
  for (let i = 0; i < 5; i++) {
    peers.push(await Peer.connect(subject.address, { deadlineMs: soon() }))
  }
  const grown = () => subject.usage()!.descriptors - before.descriptors
  expect(await until(() => grown() === 5, soon())).toBe(true)
  for (const peer of peers) peer.close()
  expect(await until(() => grown() === 0, soon())).toBe(true)
  const after = subject.usage()!
  expect(after.cpuNs).toBeGreaterThan(before.cpuNs)
  expect(after.rssBytes).toBeGreaterThan(5_000_000)
  expect(after.rssBytesMax).toBeGreaterThanOrEqual(after.rssBytes)
})

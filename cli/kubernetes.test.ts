/**
 * The manifests of examples/kubernetes: they are YAML, fit together, and what their containers run
 * is run here as it stands, with other names for the server and for the folder. No cluster.
 */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchResult } from '../bench/result.ts'
import type { ConformResult } from '../conformance/result.ts'
import { launch } from '../harness/launch.ts'
import { machineTimeScale } from '../harness/time-scale.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes.
setDefaultTimeout(300_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Manifest {
  kind: string
  metadata: { name: string }
  spec: {
    completions: number
    completionMode: string
    parallelism: number
    selector: Record<string, string>
    ports: { port: number; protocol?: string }[]
    template: {
      metadata?: { labels: Record<string, string> }
      spec: { restartPolicy?: string; containers: Container[]; volumes?: { name: string }[] }
    }
  }
}

interface Container {
  image: string
  command: string[]
  args: string[]
  env?: { name: string; value: string }[]
  volumeMounts?: { name: string; mountPath: string }[]
}

const manifests = ['subject', 'conform', 'merge', 'clock', 'load', 'merge-load'].flatMap(
  (name) =>
    Bun.YAML.parse(readFileSync(join(ROOT, `examples/kubernetes/${name}.yaml`), 'utf8')) as
      | Manifest
      | Manifest[],
)
const find = (kind: string, name: string): Manifest =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name)!
const containerOf = ({ spec }: Manifest) => spec.template.spec.containers[0]!

const job = find('Job', 'conform')

/** What a container runs, as the kubelet would; `changes` are the names that a cluster gives. */
async function run(manifest: Manifest, changes: Record<string, string>, env = {}) {
  const { command, args } = containerOf(manifest)
  const changed = Object.entries(changes).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    args[0]!,
  )
  const child = Bun.spawn([...command, changed], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()])
  return { code: await child.exited, out, err }
}

test('the parts of every index make a whole; without one the merge refuses', async () => {
  const serve = { name: 'length-prefixed', framing: 'u32be', service: 'echo' }
  const server = await launch({ kind: 'implementation', serve, transport: 'tcp' })
  try {
    const { address } = server
    const port = address.transport === 'tcp' ? address.port : 0
    const few = { ' --shard': ` --case 'boundary/*' --shard`, '/results': folder }
    const there = { ...few, 'subject:7000': `localhost:${port}` }
    for (let index = 0; index < job.spec.completions; index++) {
      const ended = await run(job, there, { JOB_COMPLETION_INDEX: `${index}` })
      expect(ended).toEqual({ code: 0, out: ended.out, err: ended.err })
    }
  } finally {
    await server.kill()
  }
  const whole = await run(find('Job', 'merge'), { '/results': folder })
  expect(whole).toEqual({ code: EXIT.ok, out: whole.out, err: '' })
  const path = join(folder, 'conform.json')
  const { runs } = JSON.parse(readFileSync(path, 'utf8')) as ConformResult
  expect(runs[0]!.cases.length).toBeGreaterThan(job.spec.completions)
  rmSync(path)
  rmSync(join(folder, 'shard-2.json'))
  const less = await run(find('Job', 'merge'), { '/results': folder })
  expect(less).toEqual({ code: EXIT.shards, out: '', err: 'framegate: Shard 3/4 is missing.\n' })
  expect(existsSync(path)).toBe(false)
})

test('the job asks for the service at its port, and has as many shards as pods', () => {
  const [{ port }] = find('Service', 'subject').spec.ports as [{ port: number }]
  expect(job.spec.completionMode).toBe('Indexed')
  const [args] = containerOf(job).args
  expect(args).toContain(`--connect subject:${port} `)
  expect(args).toContain(`--shard $((JOB_COMPLETION_INDEX + 1))/${job.spec.completions} `)
})

const load = find('Job', 'load')

/** What is ready to be spoken to; its name says where. */
async function serving(name: string, listen: string) {
  const { command, args } = containerOf(find('Deployment', name))
  const argv = [...command, args[0]!.replace(/0\.0\.0\.0:\d+/, listen)]
  const child = Bun.spawn(argv, { cwd: ROOT, stdout: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  const address = /^ready \w+:\/\/(\S+)/.exec(new TextDecoder().decode(value))![1]!
  return { child, address }
}

test('generators of every index begin together and make a whole; without one the merge refuses', async () => {
  const server = await serving('subject', '127.0.0.1:0')
  const clock = await serving('clock', '127.0.0.1:0')
  try {
    const there = { 'subject:7000': server.address, 'clock:7123': clock.address }
    const names = { ...there, '--duration 10s': '--duration 1s', '/results': folder }
    // A busy machine takes its time to connect.
    const START_AT = new Date(Date.now() + 10_000 + 8_000 * machineTimeScale()).toISOString()
    const pods = Array.from({ length: load.spec.completions }, (_, index) =>
      run(load, names, { JOB_COMPLETION_INDEX: `${index}`, START_AT }),
    )
    for (const ended of await Promise.all(pods)) {
      expect(ended).toEqual({ code: 0, out: ended.out, err: ended.err })
    }
    // Killed and started again behind the start.
    const late = await run(load, names, { JOB_COMPLETION_INDEX: '2', START_AT })
    expect(late).toMatchObject({ code: EXIT.nothingRan, out: '' })
  } finally {
    for (const { child } of [server, clock]) child.kill()
    for (const { child } of [server, clock]) await child.exited
  }
  const whole = await run(find('Job', 'merge-load'), { '/results': folder })
  expect(whole).toEqual({ code: EXIT.ok, out: whole.out, err: '' })
  const path = join(folder, 'load.json')
  const [cell] = (JSON.parse(readFileSync(path, 'utf8')) as BenchResult).cells
  expect(cell!.generators!.map(({ shard }) => shard)).toEqual(['1/4', '2/4', '3/4', '4/4'])
  rmSync(path)
  rmSync(join(folder, 'load-2.json'))
  const less = await run(find('Job', 'merge-load'), { '/results': folder })
  expect(less).toEqual({ code: EXIT.shards, out: '', err: 'framegate: Shard 3/4 is missing.\n' })
  expect(existsSync(path)).toBe(false)
})

test('the load asks for the services at their ports, and its start is put in as documented', () => {
  const [tcp] = find('Service', 'subject').spec.ports
  const [udp] = find('Service', 'clock').spec.ports
  expect([tcp!.protocol ?? 'TCP', udp!.protocol]).toEqual(['TCP', 'UDP'])
  const clock = find('Deployment', 'clock').spec.template
  expect(find('Service', 'clock').spec.selector).toEqual(clock.metadata!.labels)
  expect(clock.spec.containers[0]!.args[0]).toContain(`:${udp!.port}`)
  const { args, env, volumeMounts } = containerOf(load)
  expect(load.spec).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4 })
  expect(args[0]).toContain(`--connect subject:${tcp!.port} `)
  expect(args[0]).toContain(`--clock clock:${udp!.port} `)
  expect(args[0]).toContain(`--shard $((JOB_COMPLETION_INDEX + 1))/${load.spec.completions} `)
  expect(env).toEqual([{ name: 'START_AT', value: 'START_AT' }])
  const merge = containerOf(find('Job', 'merge-load'))
  expect(volumeMounts).toEqual(merge.volumeMounts)
  const { volumes } = load.spec.template.spec
  expect(volumes).toEqual(find('Job', 'merge-load').spec.template.spec.volumes)
  const page = readFileSync(join(ROOT, 'docs/many-machines.md'), 'utf8')
  // The documented command, with an hour instead of a date of its own.
  const [command] = /sed "[^"]*" examples\/kubernetes\/load\.yaml/.exec(page)!
  const applied = command.replace(/\$\(date[^)]*\)/, '2026-05-01T12:00:00Z')
  const shell = Bun.spawnSync(['sh', '-c', applied], { cwd: ROOT })
  const [, job] = Bun.YAML.parse(shell.stdout.toString()) as Manifest[]
  expect(containerOf(job!).env).toEqual([{ name: 'START_AT', value: '2026-05-01T12:00:00Z' }])
})

test('the server of the example starts', async () => {
  const { command, args } = containerOf(find('Deployment', 'subject'))
  const child = Bun.spawn([...command, args[0]!.replace('0.0.0.0:7000', '0.0.0.0:0')], {
    cwd: ROOT,
    stdout: 'pipe',
  })
  const { value } = await child.stdout.getReader().read()
  child.kill()
  expect(new TextDecoder().decode(value)).toMatch(/^ready tcp:\/\/0\.0\.0\.0:\d+\n$/)
  expect(await child.exited).toBe(EXIT.ok)
})

/**
 * The manifests of examples/kubernetes: they are YAML, fit together, and what their containers run
 * is run here as it stands, with other names for the server and for the folder. No cluster.
 */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformResult } from '../conformance/result.ts'
import { launch } from '../harness/launch.ts'
import { EXIT } from './exit-codes.ts'

const ROOT = join(import.meta.dir, '..')
// Every test starts processes.
setDefaultTimeout(60_000)
const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Manifest {
  kind: string
  metadata: { name: string }
  spec: {
    completions: number
    completionMode: string
    ports: { port: number }[]
    template: { spec: { containers: { image: string; command: string[]; args: string[] }[] } }
  }
}

const manifests = ['subject', 'conform', 'merge'].flatMap(
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

/** A disk that fills up: a small one of its own where that may be mounted, else a limit. */
import { expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../../posix/address.ts'
import { FileClient } from './client/file-client.ts'
import { getFile } from './client/get-file.ts'
import { putFile } from './client/put-file.ts'
import { codeOf, put } from './testing.ts'

const MIB = 1024 ** 2
const ENTRY = new URL('../serve.ts', import.meta.url).pathname
const nothing = () => {}

const mayMount = (() => {
  if (Bun.which('unshare') === null) return false
  const script = 'mount -t tmpfs -o size=64k none /mnt'
  return Bun.spawnSync(['unshare', '-rm', '/bin/sh', '-c', script]).exitCode === 0
})()

/** Runs the server by a shell that prepares the folder `$0`, and tells where it listens. */
async function onPrepared(
  shell: readonly string[],
  prepare: string,
  judge: (client: FileClient, folder: string, root: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'framegate-test-'))
  const root = join(folder, 'root')
  const args = JSON.stringify({ name: 'file-server', files: { root } })
  const script = `mkdir "$0" && ${prepare} && exec "$@"`
  const argv = [...shell, '/bin/sh', '-c', script, root, process.execPath, ENTRY, args]
  const server = Bun.spawn(argv, { stdout: 'pipe', stderr: 'inherit' })
  try {
    const { value } = await server.stdout.getReader().read()
    const address = new TextDecoder().decode(value).trim().split(' ')[1]!
    using client = await FileClient.connect(parseAddress(address))
    await judge(client, folder, root)
  } finally {
    server.kill('SIGKILL')
    await server.exited
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A file of 1 MiB fits; one of 4 MiB does not, in its place or beside it. */
async function fillsUp(client: FileClient, folder: string): Promise<void> {
  const [small, large] = [join(folder, 'small'), join(folder, 'large')]
  const old = new Uint8Array(MIB).fill(1)
  writeFileSync(small, old)
  writeFileSync(large, new Uint8Array(4 * MIB).fill(2))
  await putFile(client, small, 'a', nothing)
  for (const name of ['a', 'b']) {
    expect(await codeOf(putFile(client, large, name, nothing))).toBe('disk-full')
    expect(await codeOf(put(client, name, new Uint8Array(4 * MIB - 9)))).toBe('disk-full')
  }
  await getFile(client, 'a', join(folder, 'back'), nothing)
  expect(readFileSync(join(folder, 'back'))).toEqual(Buffer.from(old))
  expect(await codeOf(client.call({ keys: { op: 'get' }, fileName: 'b' }))).toBe('not-found')
  // What did not fit is gone: there is room for what fits.
  await putFile(client, small, 'b', nothing)
}

test.skipIf(!mayMount)('a disk of 3 MiB: a clear error, and the old file stays', async () => {
  await onPrepared(['unshare', '-rm'], 'mount -t tmpfs -o size=3m none "$0"', fillsUp)
})

test('a limit of 3 MiB for a file: a clear error, and the old file stays', async () => {
  const prepare = `trap '' XFSZ && ulimit -f ${(3 * MIB) / 512}`
  await onPrepared([], prepare, async (client, folder, root) => {
    await fillsUp(client, folder)
    expect(readdirSync(root).sort()).toEqual(['a', 'b'])
  })
})

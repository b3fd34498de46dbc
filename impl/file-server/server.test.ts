/** The folder and everything beside it: what a file server must not touch, follow or fill. */
import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { runServe } from '../testing.ts'
import { listFiles } from './client/list-files.ts'
import { checkedName } from './names.ts'
import { bytes, codeOf, FileHost, put, putPiece } from './testing.ts'

const OLD = bytes('the old one')
const NEW = bytes('the new one')
const KIB = 1024

describe('what is in the way', () => {
  test('a link is neither followed nor replaced, read or listed', async () => {
    await using host = await FileHost.start()
    const outside = join(host.folder, 'outside')
    writeFileSync(outside, OLD)
    symlinkSync(outside, join(host.root, 'link'))
    symlinkSync(join(host.folder, 'nowhere'), join(host.root, 'dangling'))
    const client = await host.client()
    for (const name of ['link', 'dangling']) {
      expect(await codeOf(put(client, name, NEW))).toBe('not-a-file')
      const read = client.call({ keys: { op: 'get' }, fileName: name })
      expect(await codeOf(read)).toBe('not-a-file')
      expect(lstatSync(join(host.root, name)).isSymbolicLink()).toBe(true)
    }
    expect(await listFiles(client)).toEqual([])
    expect(readFileSync(outside)).toEqual(Buffer.from(OLD))
    expect(readdirSync(host.folder).sort()).toEqual(['outside', 'root'])
  })

  test('a link in the place of an upload is not written through', async () => {
    await using host = await FileHost.start()
    const outside = join(host.folder, 'outside')
    writeFileSync(outside, OLD)
    const key = JSON.stringify(['a', 20, 'mine'])
    const partial = createHash('sha256').update(key).digest('hex').slice(0, 32)
    symlinkSync(outside, join(host.root, `.framegate-${partial}.part`))
    const client = await host.client()
    const keys = { op: 'resume', upload: 'mine', size: 20 }
    expect(await codeOf(client.call({ keys, fileName: 'a' }))).toBe('not-a-file')
    expect(readFileSync(outside)).toEqual(Buffer.from(OLD))
  })

  test('a FIFO and a folder are no files, and nobody waits for them', async () => {
    await using host = await FileHost.start()
    mkdirSync(join(host.root, 'folder'))
    expect(Bun.spawnSync(['mkfifo', join(host.root, 'fifo')]).exitCode).toBe(0)
    const client = await host.client()
    for (const name of ['folder', 'fifo']) {
      expect(await codeOf(client.call({ keys: { op: 'get' }, fileName: name }))).toBe('not-a-file')
      expect(await codeOf(put(client, name, NEW))).toBe('not-a-file')
    }
  })

  test.skipIf(process.platform !== 'linux')(
    'a link that takes the place of the folder changes nothing',
    async () => {
      await using host = await FileHost.start()
      const elsewhere = join(host.folder, 'elsewhere')
      const moved = join(host.folder, 'moved')
      mkdirSync(elsewhere)
      renameSync(host.root, moved)
      symlinkSync(elsewhere, host.root)
      await put(await host.client(), 'a', NEW)
      expect(readdirSync(elsewhere)).toEqual([])
      expect(readFileSync(join(moved, 'a'))).toEqual(Buffer.from(NEW))
    },
  )

  test('names that choose a path leave no trace anywhere', async () => {
    await using host = await FileHost.start()
    const client = await host.client()
    const absolute = join(host.folder, 'x')
    for (const name of ['../x', '../../x', absolute, 'a/../../x', '..\\x', 'x\0', '..', '']) {
      expect(await codeOf(put(client, name, NEW))).toBe('name-refused')
    }
    expect(readdirSync(host.folder)).toEqual(['root'])
    expect(readdirSync(host.root)).toEqual([])
  })
})

test('names are told why they are refused', () => {
  expect(checkedName('電影 1.mkv')).toBe('電影 1.mkv')
  expect(() => checkedName('a/b')).toThrow('"a/b" is refused: it has a separator')
  expect(() => checkedName('ü'.repeat(128))).toThrow('it has 256 bytes, 255 are the most')
  expect(() => checkedName(null)).toThrow('file_name is missing')
})

describe('room', () => {
  test('what does not fit is refused before it comes; the old file stays', async () => {
    await using host = await FileHost.start({ quotaBytes: 100 * KIB, fileBytesMax: 80 * KIB })
    const client = await host.client()
    await put(client, 'a', new Uint8Array(60 * KIB))
    expect(await codeOf(put(client, 'a', new Uint8Array(70 * KIB)))).toBe('quota-exceeded')
    expect(await codeOf(put(client, 'b', new Uint8Array(81 * KIB)))).toBe('file-too-large')
    expect(lstatSync(join(host.root, 'a')).size).toBe(60 * KIB)
    expect(readdirSync(host.root)).toEqual(['a'])
    await put(client, 'b', new Uint8Array(40 * KIB))
  })

  test('what an interrupted upload left makes room for another', async () => {
    await using host = await FileHost.start({ quotaBytes: 100 * KIB })
    const whole = new Uint8Array(90 * KIB)
    const first = await host.client()
    const piece = { name: 'a', upload: 'mine', offset: 0, whole, length: 50 * KIB }
    await putPiece(first, piece)
    const second = await host.client()
    expect(await codeOf(put(second, 'b', whole))).toBe('quota-exceeded')
    first.close()
    // Its connection is seen to be gone when it can be gone on with.
    const keys = { op: 'resume', upload: 'mine', size: whole.length }
    const { keys: reached } = await second.call({ keys, fileName: 'a' })
    expect(reached.offset).toBe(50 * KIB)
    await put(second, 'b', whole)
    expect(readdirSync(host.root)).toEqual(['b'])
  })

  test('the number of files is limited; replacing one needs no room for another', async () => {
    await using host = await FileHost.start({ filesMax: 2 })
    const client = await host.client()
    for (const name of ['a', 'b', 'a']) await put(client, name, NEW)
    expect(await codeOf(put(client, 'c', NEW))).toBe('too-many-files')
    await put(client, 'b', OLD)
  })

  test('leftovers are bounded in number and age', async () => {
    await using host = new FileHost()
    const nameOf = (index: number) => `.framegate-${index.toString(16).padStart(32, '0')}.part`
    for (let index = 0; index < 100; index++) {
      const path = join(host.root, nameOf(index))
      writeFileSync(path, OLD)
      const ageDays = index < 90 ? 1 + (100 - index) / 100 : 8
      const seconds = Date.now() / 1000 - ageDays * 24 * 3600
      utimesSync(path, seconds, seconds)
    }
    await host.serve()
    const left = readdirSync(host.root).sort()
    expect(left).toEqual(Array.from({ length: 64 }, (_, index) => nameOf(26 + index)))
  })

  test('somebody who makes room by hand is noticed', async () => {
    await using host = new FileHost()
    writeFileSync(join(host.root, 'big'), new Uint8Array(90 * KIB))
    await host.serve({ quotaBytes: 100 * KIB })
    const client = await host.client()
    expect(await codeOf(put(client, 'a', new Uint8Array(20 * KIB)))).toBe('quota-exceeded')
    unlinkSync(join(host.root, 'big'))
    const deadlineMs = performance.now() + 10_000
    // The folder is counted anew at most once a second.
    while ((await codeOf(put(client, 'a', new Uint8Array(20 * KIB)))) !== 'none') {
      expect(performance.now()).toBeLessThan(deadlineMs)
    }
  })
})

describe('starting', () => {
  test('a folder has one server; the next one is told', async () => {
    await using host = await FileHost.start()
    const { code, stderr } = await runServe({ name: 'file-server', files: { root: host.root } })
    expect(stderr).toContain('another file server keeps its files in')
    expect(code).toBe(4)
  })

  test('without a folder, or with one that is not there, nothing starts', async () => {
    const without = await runServe({ name: 'file-server' })
    expect(without).toMatchObject({ code: 2, stdout: '' })
    expect(without.stderr).toContain('--root DIR')
    await using host = new FileHost()
    const root = join(host.folder, 'missing')
    const missing = await runServe({ name: 'file-server', files: { root } })
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toContain('is no folder')
    expect(existsSync(root)).toBe(false)
  })
})

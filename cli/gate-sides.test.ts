/** Names, folders and commands as base and head: what each is taken for, and what is refused. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { UsageError } from './errors.ts'
import { type SideOptions, type Sides, withSides } from './gate-sides.ts'

const ROOT = resolve(import.meta.dir, '..')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'framegate-test-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'other'))
mkdirSync(join(folder, 'line'))
writeFileSync(join(folder, 'file'), '')
writeFileSync(
  join(folder, 'framegate.config.ts'),
  `export default { subjects: [
    { name: 'mine', exec: './mine {port}', framing: 'u16be' },
    { name: 'far', connect: '127.0.0.1:9', framing: 'u16be' },
  ] }`,
)

/** What base and head are made of, in a folder that has a configuration. */
async function sidesOf(options: SideOptions, cwd = folder) {
  const before = process.cwd()
  process.chdir(cwd)
  try {
    return await withSides(options, async (sides: Sides) => ({
      ...sides,
      ...{ base: madeOf(sides.base), head: madeOf(sides.head) },
    }))
  } finally {
    process.chdir(before)
  }
}

function madeOf({ target, record: { framing } }: Sides['base']) {
  if (target.kind !== 'started') throw new Error('a gate starts its subjects itself')
  const { spec } = target
  return spec.kind === 'exec'
    ? { framing, command: spec.command }
    : { framing, name: spec.serve.name, ...(spec.root !== undefined && { root: spec.root }) }
}

describe('what is compared', () => {
  test('two implementations by their names, each in its own framing', async () => {
    const options = { base: 'length-prefixed', head: 'json-header' }
    expect(await sidesOf(options)).toEqual({
      base: { name: 'length-prefixed', framing: 'i32le' },
      head: { name: 'json-header', framing: 'json-header' },
      baseName: 'length-prefixed',
      headName: 'json-header',
    })
    const u16 = await sidesOf({
      base: 'length-prefixed',
      head: 'length-prefixed',
      framing: 'u16be',
    })
    expect([u16.base.framing, u16.head.framing]).toEqual(['u16be', 'u16be'])
  })

  test('a configured subject, against a command and in another folder', async () => {
    const mine = { framing: 'u16be', command: './mine {port}' }
    const command = { baseExec: './old {port}', head: 'mine', framing: 'u32be' }
    expect(await sidesOf(command)).toMatchObject({
      base: { framing: 'u32be', command: './old {port}' },
      head: { ...mine, framing: 'u32be' },
    })
    expect(await sidesOf({ base: './other', head: 'mine' })).toEqual({
      base: { ...mine, command: `cd '${folder}/other' || exit\n./mine {port}` },
      head: mine,
      baseName: 'mine in ./other',
      headName: 'mine',
    })
  })

  test('an implementation against the same one of another checkout', async () => {
    const { base, head } = await sidesOf({ base: ROOT, head: 'length-prefixed' })
    expect(base).toEqual({ name: 'length-prefixed', framing: 'i32le', root: ROOT })
    expect(head).toEqual({ name: 'length-prefixed', framing: 'i32le' })
  })

  test('a command in another folder, which may have the name of a subject', async () => {
    const options = { exec: './server {port}', base: './line', framing: 'line' }
    const { base, baseName } = await sidesOf(options)
    expect(base).toMatchObject({ command: `cd '${folder}/line' || exit\n./server {port}` })
    expect(baseName).toBe('./server {port} in ./line')
  })
})

describe('what is refused, and what the message says was tried', () => {
  const head = 'length-prefixed'
  test.each([
    [
      'neither name nor folder',
      { base: 'nowhere', head },
      `--base nowhere is no subject and no folder: ${folder}/nowhere does not exist. ` +
        'Implementations are: ',
    ],
    ['which configured names there are', { base: 'x', head }, 'config.ts has mine, far.'],
    ['a file', { base: 'file', head }, `${folder}/file is a file`],
    ['both name and folder', { base: 'line', head }, 'write ./line for the folder'],
    ['a folder as head', { base: head, head: './other' }, '--head ./other is no subject'],
    ['a folder that is no checkout', { base: 'other', head }, 'other/impl/serve.ts is not there'],
    ['a server that runs already', { base: head, head: 'far' }, 'configured with exec'],
    [
      'one that does not echo',
      { base: head, head: 'file-server' },
      'cannot load file-server: it keeps files',
    ],
    ['a lesson', { base: head, head: 'tutorial/one-client' }, 'tutorial/one-client answers'],
    ['two heads', { base: head, head, exec: 'x' }, 'Give --head NAME or --exec CMD: one of them.'],
    ['two bases', { base: head, baseExec: 'x', head }, 'Give --base NAME or --base-exec CMD'],
    [
      'a folder and a commit',
      { base: '.', baseRef: 'x', head },
      '--base NAME or DIR or --base-ref',
    ],
    ['two framings', { base: head, head, framing: 'all' }, 'one framing'],
  ] as const)('%s', async (_, options, message) => {
    const error = await sidesOf(options).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toContain(message)
  })

  test('where there is no configuration, it says so', () => {
    const sides = sidesOf({ base: 'x', head }, join(folder, 'other'))
    expect(sides).rejects.toThrow('there is no framegate.config.ts here')
  })
})

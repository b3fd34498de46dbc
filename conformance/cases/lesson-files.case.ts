/** What the lessons about files teach: counting, names, and ends that come too early. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { until } from '../../harness/reactor.ts'
import { defineCases } from '../case.ts'
import type { Dialogue } from '../dialogue.ts'
import { concat } from '../reference/framing.ts'
import type { Trial } from '../trial.ts'
import { CaseFailure } from '../verdict.ts'
import { counting, text } from './bytes.ts'
import { forLesson, restOf } from './lesson-dialogue.ts'

const uploads = forLesson('lesson-uploads')
const downloads = forLesson('lesson-downloads')

const FILE_BYTES = 5_000
const PIECE_BYTES = 100

export const lessonFiles = defineCases([
  {
    id: 'lesson/upload',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'A file of 5,000 bytes that has arrived before the server reads.',
    expects: 'The file is stored, byte for byte.',
    finds: 'A last piece that is short and gets lost.',
    unsupported: uploads,
    async run(trial) {
      await upload(trial, 'plain', (dialogue, bytes) => dialogue.merge(bytes))
    },
  },
  {
    id: 'lesson/upload-in-small-pieces',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-1'],
    sends: 'A file of 5,000 bytes, 100 at a time, each when the one before has been read.',
    expects: 'The file is stored, byte for byte.',
    finds: 'Counting buffers where bytes have to be counted.',
    unsupported: uploads,
    async run(trial) {
      await upload(trial, 'pieces', (dialogue, bytes) => dialogue.split(pieces(bytes)))
    },
  },
  {
    id: 'lesson/upload-name-outside',
    over: 'lessons',
    level: 'must',
    clauses: ['JH-5'],
    sends: 'A file whose name leads out of the folder: ../NAME.',
    expects: 'Nothing is stored outside of the folder.',
    finds: 'A name that is trusted as a path.',
    unsupported: uploads,
    async run(trial) {
      const folder = dirname(
        await upload(trial, 'first', (dialogue, bytes) => dialogue.merge(bytes)),
      )
      const name = `outside-${trial.random.below(1_000_000_000)}`
      const outside = join(dirname(folder), name)
      const dialogue = await trial.open()
      await dialogue.merge(concat([header(`../${name}`), counting(FILE_BYTES)]))
      dialogue.finish()
      await dialogue.endsAnyhow()
      if (!existsSync(outside)) return
      rmSync(outside)
      throw new CaseFailure('not-rejected', `The file was stored outside: ${outside}.`)
    },
  },
  {
    id: 'lesson/upload-cut-off',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-6'],
    sends: 'A file of 5,000 bytes, of which 2,000 come before the end of the stream.',
    expects: 'No file of that name.',
    finds: 'Half a file under its whole name.',
    unsupported: uploads,
    async run(trial) {
      const folder = dirname(
        await upload(trial, 'before', (dialogue, bytes) => dialogue.merge(bytes)),
      )
      const dialogue = await trial.open()
      await dialogue.merge(concat([header('half'), counting(2_000)]))
      dialogue.finish()
      await dialogue.endsAnyhow()
      const path = join(folder, 'half')
      if (!existsSync(path)) return
      const { length } = readFileSync(path)
      const kept = `${length} of ${FILE_BYTES} bytes are kept as ${path}.`
      throw new CaseFailure('truncated-delivered', kept)
    },
  },
  {
    id: 'lesson/download',
    over: 'lessons',
    level: 'must',
    clauses: ['ALL-2'],
    sends: 'The name of a file.',
    expects: 'A header with its size, and its content.',
    finds: 'A file that does not come whole.',
    unsupported: downloads,
    async run(trial) {
      const content = counting(FILE_BYTES)
      writeFileSync(join(folderOf(trial), 'plain'), content)
      const got = await download(trial, 'plain')
      if (Buffer.compare(got, content) === 0) return
      throw new CaseFailure('lost-bytes', `${got.length} of ${FILE_BYTES} bytes came.`)
    },
  },
  {
    id: 'lesson/download-name-outside',
    over: 'lessons',
    level: 'must',
    clauses: ['JH-5'],
    sends: 'A name that leads out of the folder: ../NAME.',
    expects: 'It is refused.',
    finds: 'A name that is trusted as a path: every file of the machine can be had.',
    unsupported: downloads,
    async run(trial) {
      const name = `outside-${trial.random.below(1_000_000_000)}`
      const path = join(dirname(folderOf(trial)), name)
      writeFileSync(path, counting(FILE_BYTES))
      try {
        const got = await download(trial, `../${name}`)
        if (got.length === 0) return
        throw new CaseFailure('not-rejected', `${got.length} bytes of ${path} came.`)
      } finally {
        rmSync(path)
      }
    },
  },
])

/** The lessons' header: its length as i32le, then JSON. */
function header(filename: string): Uint8Array {
  const json = text(JSON.stringify({ filepath: filename, filename, filesize: FILE_BYTES }))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setInt32(0, json.length, true)
  return concat([length, json])
}

/** A whole header first, then pieces. */
function pieces(bytes: Uint8Array): Uint8Array[] {
  const start = bytes.length - FILE_BYTES
  const cut = [bytes.subarray(0, start)]
  for (let at = start; at < bytes.length; at += PIECE_BYTES) {
    cut.push(bytes.subarray(at, at + PIECE_BYTES))
  }
  return cut
}

/** Where the file is, once it is stored as it was sent. */
async function upload(
  trial: Trial,
  name: string,
  send: (dialogue: Dialogue, bytes: Uint8Array) => Promise<void>,
): Promise<string> {
  const content = counting(FILE_BYTES)
  const dialogue = await trial.open()
  try {
    await send(dialogue, concat([header(name), content]))
  } catch (error) {
    // It stopped reading, or ended: what it has stored says why.
    if (!(error instanceof CaseFailure)) throw error
  }
  dialogue.finish()
  const stored = () => [...trial.process!.output.text().matchAll(/^stored .*: (.*)$/gm)].at(-1)?.[1]
  const isStored = () => stored()?.endsWith(`/${name}`) === true
  if (!(await until(isStored, trial.options.deadlineMs))) {
    throw new CaseFailure('hung', 'The file was never said to be stored.')
  }
  await dialogue.endsAnyhow()
  const path = stored()!
  const got = readFileSync(path)
  if (Buffer.compare(got, content) === 0) return path
  throw new CaseFailure('lost-bytes', `${got.length} of ${FILE_BYTES} bytes are in ${path}.`)
}

/** The server says where its files are. */
const folderOf = (trial: Trial): string =>
  /^files are in (.*)$/m.exec(trial.process!.output.text())![1]!

/** The content that comes for a name; nothing when it is refused. */
async function download(trial: Trial, name: string): Promise<Uint8Array> {
  const dialogue = await trial.open()
  await dialogue.send(text(name))
  const bytes = await restOf(dialogue, trial)
  if (bytes.length < 4) return new Uint8Array(0)
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
  return bytes.subarray(4 + headerBytes)
}

/** A file server: what is stored, what is refused, and what an interruption leaves behind. */
import { pieceFrame, requestFrame, sha256 } from '../file-dialogue.ts'
import { md5 } from '../reference/json-header.ts'
import { CaseFailure } from '../verdict.ts'
import { joined, letters, text } from './bytes.ts'
import { fresh, NEW, OLD, overFiles, PIECE_BYTES, pieceOf } from './file-uploads.ts'

const REFUSED_NAMES = [
  '../../x', '..', '.', '', '/etc/x', 'a/b', 'a\\b', '..\\x', 'a\0b', 'a\nb', '\u001b[2J', 'a\u007f',
  '\ud800', '.framegate-x', '.FrameGate-x', 'x'.repeat(256), 'ü'.repeat(128),
] // biome-ignore format: a table

export const files = overFiles([
  {
    id: 'files/put-then-get',
    clauses: ['ALL-2', 'JH-5'],
    sends: 'A file of 5 bytes, and requests for it and for the list.',
    expects: 'The same bytes and digest, and its name and size in the list.',
    finds: 'The crudest mistakes.',
    async judge(files, trial) {
      const name = fresh(trial, '電影 é.txt')
      await files.store(name, text('hello'))
      await files.holds(name, text('hello'), 'those that were sent')
      const listed = (await files.list()).files.find((file) => file.name === name)
      if (listed?.size === 5) return
      throw new CaseFailure('lost-messages', `The list says ${JSON.stringify(listed)} of ${name}.`)
    },
  },
  {
    id: 'files/empty-file',
    clauses: ['ALL-3'],
    sends: 'A file without bytes.',
    expects: 'It is stored, and comes back empty.',
    finds: 'Nothing taken for a missing file.',
    async judge(files, trial) {
      const name = fresh(trial, 'empty')
      await files.store(name, new Uint8Array(0))
      await files.holds(name, new Uint8Array(0), 'none')
    },
  },
  {
    id: 'files/several-pieces',
    clauses: ['ALL-2', 'JH-4'],
    sends: 'A file in three pieces, the last one shorter.',
    expects: 'It is stored with the last piece, and comes back whole.',
    finds: 'Buffers counted instead of bytes, and pieces put in wrong places.',
    async judge(files, trial) {
      const bytes = NEW.subarray(0, 2 * PIECE_BYTES + 17)
      const sent = { name: fresh(trial, 'pieces'), bytes }
      for (const index of [0, 1, 2]) {
        const { header } = await files.put(pieceOf(sent, index))
        const isLast = index === 2
        if ((header.stored === true) === isLast) continue
        throw new CaseFailure('delivered-early', `Piece ${index} said stored: ${header.stored}.`)
      }
      await files.holds(sent.name, bytes, 'those that were sent')
    },
  },
  {
    id: 'files/pieces-without-waiting',
    clauses: ['ALL-1', 'ALL-2'],
    sends: 'All pieces of a file at once, and a request for the file behind them.',
    expects: 'A reply to each in order, the last one with the file.',
    finds: 'A request begun before the one before it has ended.',
    async judge(files, trial) {
      const sent = { name: fresh(trial, 'rush'), bytes: NEW }
      const pieces = [0, 1, 2].map((index) => pieceFrame(pieceOf(sent, index)))
      await files.send(joined(...pieces, requestFrame({ op: 'get', file_name: sent.name })))
      const replies = []
      for (let count = 0; count < 4; count++) replies.push(await files.reply())
      const stored = replies.map(({ header }) => header.stored === true)
      const isRight = stored[2] && !stored[0] && sha256(replies[3]!.message) === sha256(NEW)
      if (isRight) return
      throw new CaseFailure('reordered', `The replies are not those to the requests, in order.`)
    },
  },
  {
    id: 'files/old-until-complete',
    clauses: ['JH-4'],
    sends: 'A file that takes the place of another one; before its last piece, a request for it.',
    expects: 'The old file until the last piece is in, then the new one.',
    finds: 'Uploads written into the file itself: whoever reads gets a mixture.',
    async judge(files, trial) {
      const sent = { name: fresh(trial, 'replaced'), bytes: NEW }
      await files.store(sent.name, OLD)
      const reader = await trial.openFiles()
      for (const index of [0, 1]) {
        await files.put(pieceOf(sent, index))
        await reader.holds(sent.name, OLD, 'those of the old file')
      }
      await files.put(pieceOf(sent, 2))
      await reader.holds(sent.name, NEW, 'those of the new file')
    },
  },
  {
    id: 'files/interrupted-keeps-old',
    clauses: ['ALL-6'],
    sends: 'Half of a file that takes the place of another; then the connection is cut in a piece.',
    expects: 'The old file, and nothing else in the list.',
    finds: 'What arrived stored as if it were all.',
    async judge(files, trial) {
      const sent = { name: fresh(trial, 'interrupted'), bytes: NEW }
      await files.store(sent.name, OLD)
      const before = (await files.list()).files.map(({ name }) => name)
      await files.put(pieceOf(sent, 0))
      await files.send(pieceFrame(pieceOf(sent, 1)).subarray(0, PIECE_BYTES / 2))
      files.cut()
      const reader = await trial.openFiles()
      await reader.holds(sent.name, OLD, 'those of the old file')
      await reader.lists(...before)
    },
  },
  {
    id: 'files/resumed-at-verified-byte',
    clauses: ['ALL-6', 'JH-4'],
    sends: 'A piece and a half; then, on another connection, where it stands, and the rest.',
    expects: 'It stands behind the whole piece, with its digest, and the rest completes it.',
    finds: 'Half pieces that count, and uploads that begin anew.',
    async judge(files, trial) {
      const name = fresh(trial, 'resumed')
      const sent = { name, bytes: NEW, upload: 'mine' }
      await files.put(pieceOf(sent, 0))
      await files.send(pieceFrame(pieceOf(sent, 1)).subarray(0, PIECE_BYTES / 2))
      files.cut()
      const again = await trial.openFiles()
      const keys = { op: 'resume', file_name: name, upload: 'mine', size: NEW.length }
      const { header } = await again.done(keys)
      const verified = sha256(NEW.subarray(0, PIECE_BYTES))
      if (header.offset !== PIECE_BYTES || header.sha256 !== verified) {
        const detail = `It stands at ${header.offset} instead of ${PIECE_BYTES}, or with other bytes.`
        throw new CaseFailure('lost-bytes', detail)
      }
      for (const index of [1, 2]) await again.put(pieceOf(sent, index))
      await again.holds(name, NEW, 'those that were sent')
    },
  },
  {
    id: 'files/resume-is-no-other-file',
    clauses: ['ALL-2'],
    sends: 'A piece; then another client’s resume of the same name and size.',
    expects: 'Nothing is there for the other client.',
    finds: 'Uploads told apart by name alone: two files become one.',
    async judge(files, trial) {
      const name = fresh(trial, 'others')
      await files.put(pieceOf({ name, bytes: NEW, upload: 'mine' }, 0))
      const other = await trial.openFiles()
      const keys = { op: 'resume', file_name: name, upload: 'theirs', size: NEW.length }
      const { header } = await other.done(keys)
      if (header.offset === 0) return
      throw new CaseFailure('cross-talk', `It stands at ${header.offset} for somebody else.`)
    },
  },
  {
    id: 'files/two-uploads-of-one-name',
    clauses: ['ALL-2', 'ALL-5'],
    sends: 'Two files of the same name and size on two connections, piece by piece in turn.',
    expects: 'Whole the one that was completed first, then whole the other.',
    finds: 'Two uploads that share a file on the way.',
    async judge(files, trial) {
      const name = fresh(trial, 'two')
      const other = await trial.openFiles()
      const first = { name, bytes: NEW }
      const second = { name, bytes: letters(NEW.length, 'b') }
      for (const index of [0, 1]) {
        await files.put(pieceOf(first, index))
        await other.put(pieceOf(second, index))
      }
      await files.put(pieceOf(first, 2))
      await files.holds(name, first.bytes, 'those of the first')
      await other.put(pieceOf(second, 2))
      await files.holds(name, second.bytes, 'those of the second')
    },
  },
  {
    id: 'files/names-refused',
    clauses: ['JH-5'],
    sends: `${REFUSED_NAMES.length} names that choose a path, or are none; with put, get and resume.`,
    expects: 'Each is refused with a word; the list stays as it was.',
    finds: 'A name that is trusted as a path.',
    async judge(files) {
      const before = (await files.list()).files.map(({ name }) => name)
      for (const file_name of REFUSED_NAMES) {
        const what = `The name ${JSON.stringify(file_name.slice(0, 40))}`
        const put = { op: 'put', file_name, md5: md5(OLD) }
        await files.refuses(what, 'name-refused', put, OLD)
        await files.refuses(what, 'name-refused', { op: 'get', file_name })
        const resume = { op: 'resume', file_name, upload: 'mine', size: 9 }
        await files.refuses(what, 'name-refused', resume)
      }
      await files.lists(...before)
    },
  },
  {
    id: 'files/longest-name',
    clauses: ['JH-5'],
    sends: 'A file whose name has 255 bytes.',
    expects: 'It is stored, and comes back.',
    finds: 'Limits that are off by one, or spoilt by what is appended on the way.',
    async judge(files, trial) {
      const name = fresh(trial, 'long').padEnd(255, 'n')
      await files.store(name, NEW)
      await files.holds(name, NEW, 'those that were sent')
    },
  },
  {
    id: 'files/unknown-requests',
    clauses: ['JH-6'],
    sends: 'A file that is not there, an operation that is not, a header without one.',
    expects: 'Each is refused with a word, and the connection goes on.',
    finds: 'Errors that end more than the request.',
    async judge(files, trial) {
      const missing = { op: 'get', file_name: fresh(trial, 'missing') }
      await files.refuses('A file that is not there', 'not-found', missing)
      await files.refuses('An operation that is not', 'request-unknown', { op: 'rm' })
      await files.refuses('A header without op', 'request-malformed', {})
      await files.list()
    },
  },
])

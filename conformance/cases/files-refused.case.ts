/** What a file server has to refuse, with a word and a sentence, and the old file unharmed. */
import { pieceFrame, requestFrame, sha256 } from '../file-dialogue.ts'
import { headerFrame, md5 } from '../reference/json-header.ts'
import { CaseFailure, Inconclusive } from '../verdict.ts'
import { joined, text } from './bytes.ts'
import { fresh, NEW, OLD, overFiles, pieceOf } from './file-uploads.ts'

/** Sizes of a frame that are none: refused by the framing, with its word. */
const WRONG_SIZES = [
  ['-1', 'length-malformed'],
  ['"5"', 'length-malformed'],
  ['5.5', 'length-malformed'],
  ['1e400', 'length-malformed'],
  ['9007199254740993', 'length-unsafe'],
  ['9007199254740991', 'length-over-max'],
] as const

export const filesRefused = overFiles([
  {
    id: 'files/wrong-md5',
    clauses: ['JH-4', 'ALL-5'],
    sends: 'A file whose md5 is that of other bytes, and a request behind it.',
    expects: 'It is refused with a word, the connection ends, the old file stays.',
    finds: 'A digest that is carried and never looked at.',
    async judge(files, trial) {
      const file_name = fresh(trial, 'md5')
      await files.store(file_name, OLD)
      const wrong = { op: 'put', file_name, md5: md5(NEW) }
      await files.send(joined(requestFrame(wrong, text('other')), requestFrame({ op: 'ls' })))
      await files.refused('A wrong md5', 'digest-mismatch')
      await files.ended()
      await (await trial.openFiles()).holds(file_name, OLD, 'those of the old file')
    },
  },
  {
    id: 'files/wrong-sha256',
    clauses: ['JH-4'],
    sends: 'A file whose last piece has the SHA-256 of other bytes.',
    expects: 'It is refused with a word, the old file stays, the connection goes on.',
    finds: 'Pieces verified each, and never the whole.',
    async judge(files, trial) {
      const sent = { name: fresh(trial, 'sha256'), bytes: NEW }
      await files.store(sent.name, OLD)
      for (const index of [0, 1]) await files.put(pieceOf(sent, index))
      await files.send(pieceFrame({ ...pieceOf(sent, 2), sha256: sha256(OLD) }))
      await files.refused('A wrong SHA-256', 'digest-mismatch')
      await files.holds(sent.name, OLD, 'those of the old file')
    },
  },
  {
    id: 'files/no-digest',
    clauses: ['JH-4'],
    sends: 'A file with neither md5 nor sha256.',
    expects: 'It is refused with a word: nothing could be verified.',
    finds: 'Bytes that are stored unverified.',
    async judge(files, trial) {
      const file_name = fresh(trial, 'unverified')
      await files.refuses(
        'A file without a digest',
        'digest-missing',
        { op: 'put', file_name },
        OLD,
      )
      await files.refuses('It', 'not-found', { op: 'get', file_name })
    },
  },
  {
    id: 'files/wrong-total-size',
    clauses: ['JH-3', 'ALL-4', 'ALL-5'],
    sends: `A total_size that is ${WRONG_SIZES.map(([size]) => size).join(', ')}; each with a name.`,
    expects: 'Each is refused with a word, the connection ends; the old file and others go on.',
    finds: 'Sizes used as they come: negative, rounded, or memory for the asking.',
    async judge(files, trial) {
      const name = fresh(trial, 'total')
      await files.store(name, OLD)
      for (const [size, code] of WRONG_SIZES) {
        const attempt = await trial.openFiles()
        const header = `{"op":"put","file_name":"${name}","total_size":${size}}`
        await attempt.send(joined(headerFrame(header), OLD))
        await attempt.refused(`A total_size of ${size}`, code)
        await attempt.ended()
        await files.holds(name, OLD, 'those of the old file')
      }
    },
  },
  {
    id: 'files/wrong-keys',
    clauses: ['JH-3'],
    sends: 'A size, offset or sha256 that is none: negative, text, a fraction, twice.',
    expects: 'Each is refused with a word, and the connection goes on.',
    finds: 'Checks for the keys of the framing alone.',
    async judge(files, trial) {
      const name = fresh(trial, 'keys')
      const wrong = ['"size":-1', '"size":"5"', '"offset":0.5', '"sha256":"x"', '"size":5,"size":6']
      for (const key of wrong) {
        const header = `{"op":"put","file_name":"${name}","md5":"${md5(OLD)}",${key},"total_size":`
        await files.send(joined(headerFrame(`${header}${OLD.length}}`), OLD))
        await files.refused(`A header with ${key}`, 'request-malformed')
      }
      await files.refuses('It', 'not-found', { op: 'get', file_name: name })
    },
  },
  {
    id: 'files/pieces-with-a-gap',
    clauses: ['ALL-2'],
    sends: 'The first piece of a file, then the third.',
    expects: 'The third is refused with a word; no such file is there.',
    finds: 'Holes filled with zeros.',
    async judge(files, trial) {
      const sent = { name: fresh(trial, 'gap'), bytes: NEW }
      await files.put(pieceOf(sent, 0))
      await files.send(pieceFrame(pieceOf(sent, 2)))
      await files.refused('A piece behind a gap', 'offset-mismatch')
      await files.refuses('It', 'not-found', { op: 'get', file_name: sent.name })
    },
  },
  {
    id: 'files/over-file-limit',
    clauses: ['ALL-4'],
    sends: 'The beginning of a file that is one byte longer than the server takes.',
    expects: 'It is refused before its bytes are sent.',
    finds: 'Limits that are looked at when the disk is full.',
    async judge(files, trial) {
      const { limits } = await files.list()
      const keys = { op: 'resume', file_name: fresh(trial, 'huge'), upload: 'mine' }
      const size = limits.file_bytes_max + 1
      await files.refuses('A file over the limit', 'file-too-large', { ...keys, size })
      const endless = { ...keys, size: Number.MAX_SAFE_INTEGER }
      await files.refuses('A file of 2^53-1 bytes', 'file-too-large', endless)
    },
  },
  {
    id: 'files/over-quota',
    clauses: ['ALL-4', 'ALL-5'],
    sends: 'Beginnings of files, each as long as may be, until together they are over the quota.',
    expects: 'The one too many is refused; when the others are gone there is room again.',
    finds: 'A quota that counts what is there, not what has been promised.',
    async judge(files, trial) {
      const { limits } = await files.list()
      const size = limits.file_bytes_max
      const count = Math.ceil(limits.quota_bytes / size)
      if (count > 32) throw new Inconclusive(`It would take ${count} uploads to reach the quota.`)
      const keys = { op: 'resume', file_name: fresh(trial, 'quota'), size }
      const others = []
      for (let index = 0; index < count; index++) {
        const other = await trial.openFiles()
        const { header } = await other.request({ ...keys, upload: `upload-${index}` })
        if (header.error === undefined) others.push(other)
      }
      await files.refuses('An upload over the quota', 'quota-exceeded', { ...keys, upload: 'mine' })
      const [last] = others
      if (!last) throw new CaseFailure('rejected', 'No upload was taken, with an empty folder.')
      // Its connection's own next upload takes the place of the one before.
      await last.done({ ...keys, upload: 'instead' })
    },
  },
])

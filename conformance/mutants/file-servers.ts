/** Mutants of a file server. */
import { FileConnection, type Put, type Upload } from './file-connection.ts'
import { defineMutants } from './mutant.ts'

export const fileServers = defineMutants([
  {
    id: 'file-cut-at-buffer',
    fault: 'Of each piece no more than one buffer of 1,024 bytes is stored.',
    killedBy: { 'files/several-pieces': ['rejected', 'corrupted', 'delivered-early'] },
    connection: class extends FileConnection {
      override joined(upload: Upload, put: Put) {
        return super.joined(upload, { ...put, bytes: put.bytes.subarray(0, 1_024) })
      }
    },
  },
  {
    id: 'file-stored-by-latin-name',
    fault: 'Names are taken for one byte a character.',
    killedBy: { 'files/put-then-get': ['lost-messages'] },
    connection: class extends FileConnection {
      override checkedName() {
        return Buffer.from(super.checkedName()).toString('latin1')
      }
    },
  },
  {
    id: 'empty-file-is-missing',
    fault: 'A file without bytes is taken for none.',
    killedBy: { 'files/empty-file': ['rejected'] },
    connection: class extends FileConnection {
      override store(upload: Upload) {
        super.store(upload)
        if (upload.bytes.length === 0) this.files.delete(upload.name)
      }
    },
  },
  {
    id: 'last-piece-answered-late',
    fault: 'The reply to the last piece goes out behind the next one.',
    killedBy: { 'files/pieces-without-waiting': ['reordered', 'hung'] },
    connection: class extends FileConnection {
      held: Parameters<FileConnection['reply']> | null = null
      override reply(...reply: Parameters<FileConnection['reply']>) {
        const isHeld = reply[0].stored === true && Number(reply[0].size) > 100_000
        if (isHeld) this.held = reply
        else super.reply(...reply)
        if (isHeld || !this.held) return
        super.reply(...this.held)
        this.held = null
      }
    },
  },
  {
    id: 'written-in-place',
    fault: 'Pieces go into the file itself.',
    killedBy: {
      'files/old-until-complete': ['corrupted'],
      'files/interrupted-keeps-old': ['corrupted'],
    },
    connection: class extends FileConnection {
      override took({ name, bytes }: Upload) {
        this.files.set(name, bytes)
      }
    },
  },
  {
    id: 'uploads-not-kept',
    fault: 'What is left of an interrupted upload is thrown away.',
    killedBy: { 'files/resumed-at-verified-byte': ['lost-bytes'] },
    connection: class extends FileConnection {
      override leave() {
        if (this.upload) this.forget(this.upload)
        super.leave()
      }
    },
  },
  {
    id: 'uploads-told-apart-by-name',
    fault: 'Whoever sends a file of that name and size goes on with what is there.',
    killedBy: {
      'files/resume-is-no-other-file': ['cross-talk'],
      'files/two-uploads-of-one-name': ['rejected', 'corrupted', 'hung'],
    },
    connection: class extends FileConnection {
      override keyOf(name: string, size: number) {
        return JSON.stringify([name, size])
      }
      override mayShare() {
        return true
      }
    },
  },
  {
    id: 'name-trusted-as-path',
    fault: 'Any name is taken.',
    killedBy: { 'files/names-refused': ['not-rejected', 'malformed-reply'] },
    connection: class extends FileConnection {
      override isNameRefused() {
        return false
      }
    },
  },
  {
    id: 'longest-name-refused',
    fault: 'A name of 255 bytes is refused.',
    killedBy: { 'files/longest-name': ['rejected'] },
    connection: class extends FileConnection {
      override isNameRefused(name: string) {
        return super.isNameRefused(name) || Buffer.byteLength(name) === 255
      }
    },
  },
  {
    id: 'unknown-request-ends-connection',
    fault: 'After a request that it does not know it closes.',
    killedBy: { 'files/unknown-requests': ['closed-early'] },
    connection: class extends FileConnection {
      override fail(code: string) {
        super.fail(code)
        if (code.startsWith('request-')) this.finish()
      }
    },
  },
  {
    id: 'file-md5-not-verified',
    fault: 'md5 is carried and never looked at.',
    killedBy: { 'files/wrong-md5': ['not-rejected'] },
    connection: class extends FileConnection {
      override isDamaged() {
        return false
      }
    },
  },
  {
    id: 'whole-file-not-verified',
    fault: 'sha256 is carried and never looked at.',
    killedBy: { 'files/wrong-sha256': ['not-rejected'] },
    connection: class extends FileConnection {
      override differs() {
        return false
      }
    },
  },
  {
    id: 'unverified-file-taken',
    fault: 'A file without a digest is stored.',
    killedBy: { 'files/no-digest': ['not-rejected'] },
    connection: class extends FileConnection {
      override lacksDigest() {
        return false
      }
    },
  },
  {
    id: 'size-of-file-rounded',
    fault: 'total_size is read as a floating-point number, and what is none as 0.',
    killedBy: { 'files/wrong-total-size': ['not-rejected', 'malformed-reply'] },
    connection: class extends FileConnection {
      override sizeOf(source: string | undefined) {
        const size = Math.abs(Math.round(Number(JSON.parse(source ?? '0'))))
        return Number.isSafeInteger(size) ? size : 0
      }
    },
  },
  {
    id: 'keys-not-checked',
    fault: 'Keys of the protocol are taken for what they should be.',
    killedBy: { 'files/wrong-keys': ['not-rejected', 'malformed-reply'] },
    connection: class extends FileConnection {
      override integerAt(key: string) {
        const value = Number(JSON.parse(this.values.get(key) ?? 'null') ?? Number.NaN)
        return Number.isNaN(value) ? undefined : Math.abs(Math.round(value))
      }
    },
  },
  {
    id: 'gaps-filled',
    fault: 'A piece may begin anywhere; what is missing is zeros.',
    killedBy: { 'files/pieces-with-a-gap': ['not-rejected'] },
    connection: class extends FileConnection {
      override fits() {
        return true
      }
      override differs() {
        return false
      }
      override isComplete(_: Upload, { offset, size, bytes }: Put) {
        return offset + bytes.length === size
      }
    },
  },
  {
    id: 'no-limit-for-a-file',
    fault: 'A file may be announced with any size.',
    killedBy: { 'files/over-file-limit': ['not-rejected', 'malformed-reply'] },
    connection: class extends FileConnection {
      override isOverFileLimit() {
        return false
      }
    },
  },
  {
    id: 'quota-of-what-is-there',
    fault: 'The quota counts bytes that are stored, and none that are promised.',
    killedBy: { 'files/over-quota': ['not-rejected'] },
    connection: class extends FileConnection {
      override usedBytes() {
        return [...this.files.values()].reduce((sum, { length }) => sum + length, 0)
      }
    },
  },
])

/** Which names a file may have: one component of a path, nothing that chooses another (JH-5). */
import { FileError } from './file-error.ts'

/** Files of the server's own begin so; nobody may ask for them. */
export const OWN_PREFIX = '.framegate-'
const NAME_BYTES_MAX = 255
/** C0, DEL and C1: they would also play tricks on the terminal of whoever lists them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/** The name as it is, or FileError `name-refused`. */
export function checkedName(name: string | null): string {
  const objection = objectionTo(name)
  if (objection === null) return name!
  const shown = name === null ? 'nothing' : JSON.stringify(name.slice(0, 80))
  throw new FileError('name-refused', `The file name ${shown} is refused: ${objection}.`)
}

export function isName(name: string): boolean {
  return objectionTo(name) === null
}

function objectionTo(name: string | null): string | null {
  if (name === null) return 'file_name is missing'
  if (name === '') return 'it is empty'
  if (name === '.' || name === '..') return 'it names a folder'
  if (/[/\\]/.test(name)) return 'it has a separator, and a file here is one name'
  if (CONTROL.test(name)) return 'it has a control character'
  if (!name.isWellFormed()) return 'it is not well-formed Unicode'
  const bytes = Buffer.byteLength(name)
  if (bytes > NAME_BYTES_MAX) return `it has ${bytes} bytes, ${NAME_BYTES_MAX} are the most`
  // On a file system that ignores case, another spelling is the same file.
  if (name.toLowerCase().startsWith(OWN_PREFIX)) return `names in ${OWN_PREFIX}* are reserved`
  return null
}

/** Programs of ours that are run in processes of their own. */
import { join } from 'node:path'

const HERE = join(import.meta.dir, '..')

/** Of this checkout, or of the one at `root`. */
export const entryOf = (path: string, root: string = HERE): string => join(root, path)

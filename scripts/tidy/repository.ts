/** What the rules look at: every text file of the checkout, and the facts of each source file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSources, type Source } from './source.ts'

export interface TextFile {
  path: string
  text: string
}

export interface Repository {
  texts: readonly TextFile[]
  sources: readonly Source[]
}

export interface Violation {
  path: string
  line: number
  /** What is wrong, and what to do instead. */
  message: string
}

export type Rule = (repository: Repository) => Violation[]

const SOURCE = /\.(?:ts|mjs)$/

/** Files known to git and new ones that it does not ignore; `root` is the top of a checkout. */
export async function readRepository(root: string): Promise<Repository> {
  const argv = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const git = Bun.spawn(argv, { cwd: root, stderr: 'inherit' })
  const listed = (await git.stdout.text()).split('\0').filter((path) => path !== '')
  if ((await git.exited) !== 0) throw new Error(`${root} is no checkout: git lists no files there.`)
  const texts = listed.flatMap((path) => readText(root, path))
  return repositoryOf(texts)
}

export async function repositoryOf(texts: readonly TextFile[]): Promise<Repository> {
  const sources = texts.filter(({ path }) => SOURCE.test(path))
  const files = Object.fromEntries(sources.map(({ path, text }) => [path, text]))
  return { texts, sources: await parseSources(files) }
}

function readText(root: string, path: string): TextFile[] {
  try {
    const text = readFileSync(join(root, path), 'utf8')
    // Of pictures and the like nothing matters but that they are there.
    return [{ path, text: text.includes('\0') ? '' : text }]
  } catch (error) {
    // Deleted, and git has not been told yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export const isTest = (path: string): boolean => path.endsWith('.test.ts')

/** What tests share: made for them, and of no use to anybody else. */
export const isTestSupport = (path: string): boolean =>
  path.endsWith('/testing.ts') || /\/(?:testdata|mutants)\/|^scripts\/tidy\//.test(path)

export const linesOf = ({ text }: TextFile): string[] => text.split('\n')

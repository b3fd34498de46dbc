/**
 * What the rules know of a source file: its imports, exports, functions and a few constructs.
 *
 * Read with TypeScript's own parser, so that a string or a comment is never taken for code. The
 * parser runs in a process of its own and gets the files from memory, which is why tests can hand
 * it three lines.
 */
import { posix } from 'node:path'
import {
  type Expression,
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isExportDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isImportDeclaration,
  isMethodDeclaration,
  isNewExpression,
  isPropertyAccessExpression,
  isSetAccessorDeclaration,
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/async'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { type Export, exportsOf, namesOfExport, namesOfImport } from './bindings.ts'

/** Every name: `import * as x`, `export *`, or a file that is started rather than imported. */
export const ALL_NAMES = '*'

export interface Import {
  line: number
  /** A path in this repository, or the name of a package. */
  target: string
  isPackage: boolean
  isTypeOnly: boolean
  names: readonly string[]
}

export interface FunctionSpan {
  name: string
  line: number
  lines: number
}

export interface Construct {
  kind: 'any' | 'only' | 'sleep'
  line: number
}

export interface Source {
  path: string
  imports: Import[]
  exports: Export[]
  functions: FunctionSpan[]
  constructs: Construct[]
}

const ROOT = '/repository'

/** Parses TypeScript and JavaScript files, given as text by path. */
export async function parseSources(files: Readonly<Record<string, string>>): Promise<Source[]> {
  const paths = Object.keys(files)
  const config = {
    compilerOptions: { allowJs: true, noLib: true, noResolve: true, types: [] },
    files: paths,
  }
  const tree = Object.fromEntries(paths.map((path) => [`${ROOT}/${path}`, files[path]!]))
  tree[`${ROOT}/tsconfig.json`] = JSON.stringify(config)
  const api = new API({ cwd: ROOT, fs: createVirtualFileSystem(tree) })
  try {
    const snapshot = await api.updateSnapshot({ openProjects: [`${ROOT}/tsconfig.json`] })
    const { program } = snapshot.getProjects()[0]!
    const parsed = paths.map(async (path) =>
      factsOf(path, (await program.getSourceFile(`${ROOT}/${path}`))!),
    )
    return await Promise.all(parsed)
  } finally {
    await api.close()
  }
}

function factsOf(path: string, file: SourceFile): Source {
  const lineOf = lineCounter(file.text)
  const source: Source = { path, imports: [], exports: [], functions: [], constructs: [] }
  const uses = new Map<string, number>()
  const visit = (node: Node): void => {
    const line = lineOf(node.getStart(file))
    if (isIdentifier(node)) uses.set(node.text, (uses.get(node.text) ?? 0) + 1)
    const found = importOf(path, node)
    if (found) source.imports.push({ ...found, line })
    const name = nameOfFunction(node)
    if (name !== null) {
      source.functions.push({ name, line, lines: lineOf(node.getEnd()) - line + 1 })
    }
    const kind = constructOf(node)
    if (kind) source.constructs.push({ kind, line })
    node.forEachChild(visit)
  }
  visit(file)
  source.exports = exportsOf(file, uses, lineOf)
  return source
}

/** From an offset in the text to a line, counted from 1. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

function importOf(path: string, node: Node): Omit<Import, 'line'> | null {
  if (isImportDeclaration(node) && isStringLiteral(node.moduleSpecifier)) {
    return { ...targetOf(path, node.moduleSpecifier.text), ...namesOfImport(node.importClause) }
  }
  if (isExportDeclaration(node) && node.moduleSpecifier && isStringLiteral(node.moduleSpecifier)) {
    return { ...targetOf(path, node.moduleSpecifier.text), ...namesOfExport(node) }
  }
  const everything = { isTypeOnly: false, names: [ALL_NAMES] }
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    return specifier && isStringLiteral(specifier)
      ? { ...targetOf(path, specifier.text), ...everything }
      : null
  }
  // `new URL('./server.ts', import.meta.url)`: a file that is started or read.
  if (isNewExpression(node) && isIdentifier(node.expression) && node.expression.text === 'URL') {
    const [specifier, base] = node.arguments ?? []
    if (!specifier || !isStringLiteral(specifier)) return null
    if (base?.getText() !== 'import.meta.url') return null
    return { ...targetOf(path, specifier.text), ...everything }
  }
  return null
}

/** A path of the repository from a relative specifier; otherwise a package without its sub-path. */
function targetOf(path: string, specifier: string): { target: string; isPackage: boolean } {
  if (specifier.startsWith('.')) {
    return { target: posix.join(posix.dirname(path), specifier), isPackage: false }
  }
  if (specifier.startsWith('node:')) return { target: specifier, isPackage: true }
  const parts = specifier.split('/')
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  return { target: name, isPackage: true }
}

/** A function that has a length worth a rule: null for anything else, and for groups of tests. */
function nameOfFunction(node: Node): string | null {
  const isFunction = isFunctionDeclaration(node) || isMethodDeclaration(node)
  if (isFunction || isGetAccessorDeclaration(node) || isSetAccessorDeclaration(node)) {
    return node.name?.getText() ?? 'default'
  }
  if (isConstructorDeclaration(node)) return 'constructor'
  if (!isArrowFunction(node) && !isFunctionExpression(node)) return null
  const { parent } = node
  if (isVariableDeclaration(parent)) return parent.name.getText()
  if (!isCallExpression(parent)) return 'a function'
  return rootName(parent) === 'describe' ? null : `the callback of ${parent.expression.getText()}`
}

/** `test` of `test.each(rows)(…)`. */
function rootName(expression: Expression): string | null {
  let node: Node = expression
  while (isCallExpression(node) || isPropertyAccessExpression(node)) node = node.expression
  return isIdentifier(node) ? node.text : null
}

const TEST_FUNCTIONS = ['test', 'it', 'describe']

function constructOf(node: Node): Construct['kind'] | null {
  if (node.kind === SyntaxKind.AnyKeyword) return 'any'
  if (isPropertyAccessExpression(node)) {
    const { text } = node.name
    if (text === 'only' && TEST_FUNCTIONS.includes(rootName(node) ?? '')) return 'only'
    const isBuns = node.expression.getText() === 'Bun'
    return isBuns && (text === 'sleep' || text === 'sleepSync') ? 'sleep' : null
  }
  const isTimer = isCallExpression(node) && node.expression.getText() === 'setTimeout'
  return isTimer && isInPromise(node) ? 'sleep' : null
}

/** A timer that settles a promise is a wait; one that calls something off is a deadline. */
function isInPromise(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (isNewExpression(at)) return at.expression.getText() === 'Promise'
    if (at.kind === SyntaxKind.SourceFile) break
  }
  return false
}

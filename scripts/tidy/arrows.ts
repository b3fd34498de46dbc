/** Who may import whom. ARCHITECTURE.md draws the same picture. */
import { isTest, isTestSupport, type Rule, type Violation } from './repository.ts'
import type { Import, Source } from './source.ts'

interface Arrows {
  /** Folders (with a slash) and files; `type ` in front: with `import type` only. */
  may: readonly string[]
  /** Packages; `node:` is every module of Node. */
  packages: readonly string[]
}

/** By the beginning of the path; the longest that fits counts. */
const ARROWS: Readonly<Record<string, Arrows>> = {
  'wire/': { may: ['wire/'], packages: ['node:crypto', 'node:stream'] },
  'posix/': { may: ['posix/'], packages: ['bun:ffi', 'node:fs', 'node:os'] },
  'impl/': { may: ['impl/', 'wire/', 'posix/'], packages: ['bun', 'node:'] },
  'harness/': {
    may: [
      'harness/',
      'impl/contract.ts',
      'impl/count-main.ts',
      'impl/file-server/client/file-client.ts',
      'impl/file-server/file-error.ts',
      'impl/registry.ts',
      'impl/serve.ts',
      'wire/',
      'posix/',
      'package.json',
    ],
    packages: ['bun', 'bun:ffi', 'node:', 'hdr-histogram-js'],
  },
  // Never the codecs of wire/: a mistake that suite and server share would be invisible.
  'conformance/': {
    may: ['conformance/', 'harness/', 'posix/address.ts', 'type wire/framing.ts'],
    packages: ['bun', 'node:', 'valibot'],
  },
  // Programs of their own, which may speak to the kernel as they like.
  'conformance/mutants/': {
    may: ['conformance/', 'harness/', 'posix/'],
    packages: ['bun', 'node:'],
  },
  'bench/': {
    may: ['bench/', 'harness/', 'wire/'],
    packages: ['node:', 'hdr-histogram-js', 'mitata', 'tinybench', 'valibot'],
  },
  'bench/peers/': {
    may: ['bench/peers/', 'harness/scratch.ts', 'posix/', 'wire/'],
    packages: ['node:', 'length-prefixed-stream'],
  },
  // What ours is compared with, a file a package.
  'bench/micro/contenders/': {
    may: ['bench/', 'wire/'],
    packages: [
      'node:',
      '@serialport/parser-byte-length',
      '@serialport/parser-delimiter',
      'frame-stream',
      'it-length-prefixed',
      'length-prefixed-stream',
      'slip',
      'split2',
      'vscode-jsonrpc',
    ],
  },
  // Pure functions: results in, text out.
  'reports/': {
    may: [
      'reports/',
      'type conformance/result.ts',
      'type conformance/diff.ts',
      'type conformance/evidence.ts',
      'type bench/result.ts',
      'type bench/gate/result.ts',
      'type bench/gate/calibration/result.ts',
      'type bench/micro/result.ts',
      'type harness/environment.ts',
    ],
    packages: ['hdr-histogram-js', 'vega', 'vega-lite'],
  },
  'cli/': {
    may: [
      'cli/',
      'reports/',
      'conformance/',
      'bench/',
      'harness/',
      'impl/',
      'wire/',
      'posix/',
      'package.json',
    ],
    packages: ['bun', 'node:', 'cli-progress', 'commander', 'valibot'],
  },
  'scripts/': { may: ['scripts/'], packages: ['bun', 'node:', 'typescript'] },
  'scripts/screenshots.ts': { may: [], packages: ['bun', 'node:', 'playwright-core'] },
  // Documents that are made of the program.
  'scripts/reference/': { may: ['scripts/reference/', 'cli/'], packages: ['commander', 'node:'] },
  'examples/': { may: ['examples/'], packages: ['node:'] },
  // Tests of the repository itself.
  '': { may: ['scripts/', 'cli/', 'package.json'], packages: [] },
}

const TEST_PACKAGES = [
  'bun:test',
  'fast-check',
  'bun',
  'node:',
  'hdr-histogram-js',
  'playwright-core',
  'axe-core',
  'ajv',
  '@valibot/to-json-schema',
]

export const arrows: Rule = ({ sources }) => sources.flatMap(violationsOf)

function violationsOf({ path, imports }: Source): Violation[] {
  const forTests = isTest(path) || isTestSupport(path)
  const folder = Object.keys(ARROWS)
    .filter((prefix) => path.startsWith(prefix))
    .reduce((longest, prefix) => (prefix.length > longest.length ? prefix : longest), '')
  return imports.flatMap((found) => {
    const message = objectionTo(found, folder, forTests)
    return message === null ? [] : [{ path, line: found.line, message }]
  })
}

/** What is wrong with this import, and what to do instead; null where nothing is. */
function objectionTo(found: Import, folder: string, forTests: boolean): string | null {
  const { target } = found
  const { may, packages } = ARROWS[folder]!
  const where = folder === '' ? 'The root' : folder
  if (found.isPackage) {
    const allowed = forTests ? [...packages, ...TEST_PACKAGES] : packages
    if (allowed.some((name) => isPackageNamed(name, target))) return null
    return `${where} must not import the package ${target}. It may import: ${listed(allowed)}.`
  }
  if (isTestSupport(target) && !forTests) {
    return `${target} is for tests: move what is shared out of it.`
  }
  if (may.some((allowed) => permits(allowed, found))) return null
  if (may.includes(`type ${target}`)) {
    return `${where} may take nothing but types of ${target}: write \`import type\`.`
  }
  const instead = 'Move the code to where both may import it.'
  return `${where} must not import ${target}. It may import: ${listed(may)}. ${instead}`
}

const isPackageNamed = (name: string, target: string): boolean =>
  name === target || (name === 'node:' && target.startsWith('node:'))

function permits(allowed: string, { target, isTypeOnly }: Import): boolean {
  const [, type, place] = /^(type )?(.*)$/.exec(allowed)!
  if (type && !isTypeOnly) return false
  return place!.endsWith('/') ? target.startsWith(place!) : target === place
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing' : names.join(', ')

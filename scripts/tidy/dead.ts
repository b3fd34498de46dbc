/** Code that nothing runs: files that nobody reaches, exports that nobody takes. */
import { isTest, isTestSupport, type Rule } from './repository.ts'
import { ALL_NAMES, type Source } from './source.ts'

/** Programs that are started by name, and the public entries of the package. */
const ENTRIES = [
  /^cli\/main\.ts$/,
  /^cli\/bin\/(?:bun|framegate)\.mjs$/,
  /^scripts\/(?:check|namespaces|reference|screenshots|test)\.ts$/,
  /^(?:cli|wire)\/index\.ts$/,
  /^posix\/(?:socket|ping-pong)\.ts$/,
  // Bundled into the page.
  /^reports\/html\/browser\/main\.ts$/,
  /^impl\/tutorial\/[^/]+\/(?:server|client)\.ts$/,
  /^examples\//,
  /^bench\/(?:peers|proofs)\//,
]
const PUBLIC = ['cli/index.ts', 'wire/index.ts', 'posix/socket.ts']

/** Lessons are imported by the stage that they run on, which is told their path. */
const isPublic = (path: string): boolean =>
  PUBLIC.includes(path) || /^impl\/tutorial\/[^/]+\/server\.ts$/.test(path)

const isEntry = (path: string): boolean => ENTRIES.some((pattern) => pattern.test(path))

const isForTests = ({ path }: Source): boolean => isTest(path) || isTestSupport(path)

export const deadFiles: Rule = ({ sources }) => {
  const inUse = reachable(sources, ({ path }) => isEntry(path))
  const inTests = reachable(sources, ({ path }) => isTest(path))
  return sources.flatMap((source) => {
    const { path } = source
    if (inUse.has(path) || isTest(path)) return []
    if (!inTests.has(path)) {
      return [{ path, line: 1, message: 'Nothing imports this file: delete it, or register it.' }]
    }
    if (isTestSupport(path)) return []
    const message = `Only tests import this file: delete it with them, or name it testing.ts.`
    return [{ path, line: 1, message }]
  })
}

/** Paths of the files that are imported, over however many steps, from the chosen ones. */
function reachable(sources: readonly Source[], isStart: (source: Source) => boolean): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const open = sources.filter(isStart)
  const found = new Set(open.map(({ path }) => path))
  for (let source = open.pop(); source; source = open.pop()) {
    for (const { target } of source.imports) {
      const next = byPath.get(target)
      if (!next || found.has(target)) continue
      found.add(target)
      open.push(next)
    }
  }
  return found
}

export const deadExports: Rule = ({ sources }) => {
  const taken = { byCode: namesTaken(sources, false), byTests: namesTaken(sources, true) }
  const isIn = (names: ReadonlyMap<string, Set<string>>, path: string, name: string): boolean => {
    const ofFile = names.get(path)
    return ofFile !== undefined && (ofFile.has(name) || ofFile.has(ALL_NAMES))
  }
  return sources.flatMap(({ path, exports }) =>
    exports.flatMap(({ name, line, isUsedInside, isType }) => {
      // A type in the signature of something else: whoever calls that may want to name it.
      if (isType && isUsedInside) return []
      if (isPublic(path) || isIn(taken.byCode, path, name)) return []
      const isTested = isIn(taken.byTests, path, name)
      if (isTested && (isUsedInside || isTestSupport(path))) return []
      return [{ path, line, message: adviceOn(name, isTested, isUsedInside) }]
    }),
  )
}

function adviceOn(name: string, isTested: boolean, isUsedInside: boolean): string {
  if (isTested)
    return `Only tests use \`${name}\`: delete it with them, or move it to a testing.ts.`
  return isUsedInside
    ? `Only this file uses \`${name}\`: drop the \`export\`.`
    : `Nothing uses \`${name}\`: delete it.`
}

/** By file, the names that other files take of it. */
function namesTaken(sources: readonly Source[], forTests: boolean): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>()
  for (const source of sources) {
    if (isForTests(source) !== forTests) continue
    for (const { target, names } of source.imports) {
      taken.set(target, new Set([...(taken.get(target) ?? []), ...names]))
    }
  }
  return taken
}

/** An older Bun than the one this is tried with: figures and verdicts would be anybody's guess. */
import { engines } from '../package.json' with { type: 'json' }

/** What a person can do about it; null where this Bun is new enough. */
export function bunProblem(version: string = Bun.version): string | null {
  if (Bun.semver.satisfies(version, engines.bun)) return null
  const needed = engines.bun.replace('>=', '')
  return `framegate needs Bun ${needed} or later, and this is Bun ${version} (${process.execPath}). Run "bun upgrade", or start it with npx framegate, which brings a Bun of its own.`
}

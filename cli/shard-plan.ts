/** What all parts of one run have in common, and how it is told where they do not. */
import { type Shard, ShardError } from '../conformance/shard.ts'
import type { Environment } from '../harness/environment.ts'

interface Planned<Plan> extends Shard {
  plan: Plan
}

/** Of the checkout, with a word when it had changes. */
export const commitOf = ({ commit, dirty }: Environment): string =>
  commit === null ? 'no commit' : `${commit}${dirty ? ' with changes' : ''}`

export const shardName = ({ index, count }: Shard): string => `shard ${index}/${count}`

/** Throws ShardError. `words`: how each field is called where it differs. */
export function checkPlan<Plan extends object>(
  words: Readonly<Record<keyof Plan & string, string>>,
  expected: Planned<Plan>,
  found: Planned<Plan>,
): void {
  const [one, other] = [shardName(expected), shardName(found)]
  if (expected.count !== found.count) {
    throw new ShardError(`The shards are of different runs: ${one} does not go with ${other}.`)
  }
  for (const key of Object.keys(words) as (keyof Plan & string)[]) {
    const [left, right] = [expected.plan[key], found.plan[key]].map(String)
    if (left === right) continue
    const sides = `${one} has ${left}; ${other} has ${right}`
    throw new ShardError(`The shards are of different ${words[key]}: ${sides}.`)
  }
}

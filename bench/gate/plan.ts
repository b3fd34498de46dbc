/** How a budget becomes blocks: what is looked at when, and how long a launch lasts. Pure. */

export const LAUNCHES_PER_BLOCK = 4

/** Blocks after which the second stage looks; the plan takes as many of them as the budget has. */
const LOOKS: readonly number[] = [12, 18, 24]
/**
 * Blocks of the first stage, which decides for each scenario whether there is a second. Six short
 * ones release more than four long ones: with four, not knowing how much they differ costs most.
 */
const ROUTE_BLOCKS = 6

/** Before the first of them: blocks after which a scenario in which nothing moves is done. */
const EARLY_BLOCKS: readonly number[] = [4, 8]

/** Of a launch without starting and ending. Beyond the larger, more blocks help more. */
const LOADED_MS_MIN = 250
const LOADED_MS_MAX = 950
/** Shares of it. Code is compiled while it warms up; tails need the most turns. */
const WARM_UP_SHARE = 0.35
const CLOSED_SHARE = 0.3
const OPEN_SHARE = 0.35
/** What goes on beside the load, of the time that is loaded: connecting, looking at processes. */
const SWITCH_SHARE = 0.1

export interface GatePlan {
  /** 0: with one scenario there is nothing to choose among. */
  routeBlocks: number
  /** Ascending. After so many, quiet scenarios end. */
  earlyBlocks: readonly number[]
  /** Ascending. The last may be cut short by the budget. */
  looks: readonly number[]
  warmUpMs: number
  closedMs: number
  openMs: number
}

/** Of one scenario, where there is time for one look. */
export const SHORTEST_PLAN: Pick<GatePlan, 'routeBlocks' | 'earlyBlocks' | 'looks'> = {
  routeBlocks: 0,
  earlyBlocks: EARLY_BLOCKS,
  looks: LOOKS.slice(0, 1),
}

export interface PlanInput {
  scenarios: number
  /** False: every scenario gets the same blocks, and one look. */
  isStaged: boolean
  /** Time that is left for blocks. */
  budgetMs: number
  /** Starting and ending a launch, as seen in this run. */
  overheadMs: number
  /** Of which error is to be had with so many blocks: none with fewer. */
  alpha: number
  /** Cells tested together, when all go on. */
  family: number
}

/** Null when the budget does not even hold the blocks without which nothing can be decided. */
export function planGate(input: PlanInput): GatePlan | null {
  const { scenarios, isStaged, budgetMs, overheadMs, alpha, family } = input
  const needed = blocksNeeded(alpha, family)
  const routeBlocks = scenarios === 1 || !isStaged ? 0 : ROUTE_BLOCKS
  // Where there are two stages every scenario could go through all of both.
  const blocks = routeBlocks === 0 ? Math.max(needed, LOOKS[0]!) : routeBlocks + LOOKS.at(-1)!
  const launchMs = budgetMs / (scenarios * blocks * LAUNCHES_PER_BLOCK)
  const affordableMs = (launchMs - overheadMs) / (1 + SWITCH_SHARE)
  const loadedMs = Math.min(LOADED_MS_MAX, Math.max(LOADED_MS_MIN, affordableMs))
  const blockMs = (loadedMs * (1 + SWITCH_SHARE) + overheadMs) * LAUNCHES_PER_BLOCK
  const affordable = Math.floor(budgetMs / blockMs / scenarios + 1e-9)
  if (affordable < (routeBlocks === 0 ? needed : routeBlocks)) return null
  const looks =
    routeBlocks === 0 ? looksWithin(affordable, needed) : LOOKS.filter((look) => look >= needed)
  return {
    routeBlocks,
    earlyBlocks: isStaged ? EARLY_BLOCKS : [],
    looks: isStaged ? looks : looks.slice(0, 1),
    warmUpMs: loadedMs * WARM_UP_SHARE,
    closedMs: loadedMs * CLOSED_SHARE,
    openMs: loadedMs * OPEN_SHARE,
  }
}

/** No machine makes a launch with less around it. */
const OVERHEAD_MS_MIN = 50

/** False for a budget that holds no verdict, however quick the machine. */
export function canDecide(input: Pick<PlanInput, 'scenarios' | 'budgetMs' | 'alpha'>): boolean {
  const best = { isStaged: true, overheadMs: OVERHEAD_MS_MIN, family: 1 }
  return planGate({ ...input, ...best }) !== null
}

/** With fewer, not even blocks that all agree come below their share of the error. */
export const blocksNeeded = (alpha: number, family: number): number =>
  Math.ceil(Math.log2(family / alpha) + 0.5)

function looksWithin(affordable: number, needed: number): readonly number[] {
  const looks = LOOKS.filter((blocks) => blocks <= affordable && blocks >= needed)
  return looks.length > 0 ? looks : [affordable]
}

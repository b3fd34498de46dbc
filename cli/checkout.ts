/** Another commit of the repository, in a folder of its own that does not outlive its use. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HarnessError } from '../harness/errors.ts'
import { OutputTail } from '../harness/output-tail.ts'
import { spawnGuarded } from '../harness/spawn-guarded.ts'
import { guardFolder, releaseGroup } from '../harness/warden.ts'
import { UsageError } from './errors.ts'
import { host } from './host.ts'

const PREFIX = 'framegate-base-'
const CHECKOUT = 'checkout'
/** A worktree that a gate has made. */
const OURS = new RegExp(`/${PREFIX}[^/]+/${CHECKOUT}$`)

export interface CheckoutOptions {
  /** Whatever git takes for a commit. */
  ref: string
  /** A command that makes the checkout ready, run in it by a shell. */
  setup?: string
}

/** Throws UsageError when there is no such commit, HarnessError when `setup` fails. */
export async function withCheckout<T>(
  { ref, setup }: CheckoutOptions,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const commit = commitOf(ref)
  const parent = mkdtempSync(join(tmpdir(), PREFIX))
  // Removed by us below, and by the warden when we are killed outright.
  guardFolder(parent)
  const folder = join(parent, CHECKOUT)
  try {
    host().log(`base: checking out ${ref} (${commit.slice(0, 12)})`)
    git('worktree', 'add', '--detach', '--force', folder, commit)
    if (setup !== undefined) await run(setup, folder)
    return await use(folder)
  } finally {
    rmSync(parent, { recursive: true, force: true })
    forgetGone()
  }
}

/**
 * Makes git forget our worktrees whose folder is gone: this one, and those of runs that were
 * killed. `worktree prune` would forget others as well, whose disk may only be unplugged.
 */
function forgetGone(): void {
  for (const [, path] of git('worktree', 'list', '--porcelain').matchAll(/^worktree (.*)$/gm)) {
    if (!OURS.test(path!) || existsSync(path!)) continue
    try {
      git('worktree', 'remove', '--force', path!)
    } catch {
      // Another gate has just forgotten it, or it is locked: neither is a reason to fail this one.
    }
  }
}

function commitOf(ref: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).trim()
  } catch {
    // Why git refuses is one of three, and it does not always say which.
    const hint = 'In CI, fetch it first (actions/checkout with fetch-depth: 0).'
    throw new UsageError(`--base-ref ${ref} is no commit of the repository here. ${hint}`)
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(setup: string, folder: string): Promise<void> {
  host().log(`base: ${setup}`)
  const script = 'cd "$1" || exit 1; eval "$2"'
  const child = spawnGuarded(['/bin/sh', '-c', script, 'setup', folder, setup])
  const said = new OutputTail()
  child.stdout!.on('data', (chunk: Uint8Array) => said.push('stdout', chunk))
  child.stderr!.on('data', (chunk: Uint8Array) => said.push('stderr', chunk))
  const end = () => endGroup(child.pid!)
  host().signal.addEventListener('abort', end)
  if (host().signal.aborted) end()
  try {
    const status = await new Promise((resolve) => child.once('close', resolve))
    if (host().signal.aborted) throw new HarnessError('interrupted', 'Interrupted during --setup.')
    if (status === 0) return
    const tail = said.text().trim().slice(-2000)
    const what = `base: --setup "${setup}" exited with status ${status}. It said:\n${tail}`
    throw new HarnessError('subject-not-started', what)
  } finally {
    host().signal.removeEventListener('abort', end)
    end()
    releaseGroup(child.pid!)
  }
}

function endGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL')
  } catch {
    // ESRCH: all of it has ended by itself.
  }
}

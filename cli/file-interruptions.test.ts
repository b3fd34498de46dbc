/**
 * Server, client and connection are ended at random points, hundreds of times: there is the old
 * file or the new one, never a mixture, and what was acknowledged is there.
 *
 * FRAMEGATE_SEED repeats a run, FRAMEGATE_INTERRUPTIONS makes it longer.
 */
import { afterAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, freshSeed, type Random, seedFor } from '../harness/random.ts'
import { FileClient } from '../impl/file-server/client/file-client.ts'
import { getFile } from '../impl/file-server/client/get-file.ts'
import { putFile, type Transferred } from '../impl/file-server/client/put-file.ts'
import { FileError } from '../impl/file-server/file-error.ts'
import { Served } from '../impl/testing.ts'
import { formatAddress } from '../posix/address.ts'
import { type Harm, Relay } from './testdata/relay.ts'

const SEED = Number(process.env.FRAMEGATE_SEED ?? freshSeed()) >>> 0
const INTERRUPTIONS = Number(process.env.FRAMEGATE_INTERRUPTIONS ?? 320)
const RUN_MS_MAX = 60_000 + INTERRUPTIONS * 1_000
/** A client is a process that has to be started: fewer of these. */
const SHARES = { server: 0.35, connection: 0.35, client: 0.15, download: 0.15 } as const
type Victim = keyof typeof SHARES

const MIB = 1024 ** 2
/** Below, at and above one piece, and of several. */
const SIZES = [0, 1, 70_000, MIB - 1, MIB, MIB + 1, 1.4 * MIB, 2 * MIB, 2.6 * MIB, 3 * MIB + 17]
/** A piece's frame has about this many bytes beside the piece; a reply has about as many. */
const HEAD_BYTES = 360
const REPLY_BYTES = 130
const TURNS_MAX = 100
const NAME = 'the file.bin'
const MAIN = new URL('./main.ts', import.meta.url).pathname

console.log(`FRAMEGATE_SEED=${SEED}`)
const scratch = mkdtempSync(join(tmpdir(), 'framegate-test-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

/** What happened, for a test that nothing would fail if nothing did. */
const tally = { interrupted: 0, acknowledged: 0, resumed: 0, old: 0, new: 0 }

/** One folder with one server, that is harmed again and again. */
class Lane {
  readonly random: Random
  readonly root: string
  readonly source: string
  readonly target: string
  served: Served | null = null
  /** What the file holds by all that is known; null while there is none. */
  settled: string | null = null

  constructor(victim: Victim) {
    this.random = createRandom(seedFor(SEED, victim))
    const folder = join(scratch, victim)
    this.root = join(folder, 'root')
    this.source = join(folder, 'source')
    this.target = join(folder, 'target')
    mkdirSync(this.root, { recursive: true })
  }

  async server(): Promise<Served> {
    this.served ??= await Served.start({ name: 'file-server', files: { root: this.root } })
    return this.served
  }

  /** SIGKILL; resolves when it has stopped writing. */
  async lose(): Promise<void> {
    const served = this.served
    this.served = null
    await served?.[Symbol.asyncDispose]()
  }

  found(path: string): string | null {
    try {
      return md5(readFileSync(path))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  newSource(): { size: number; digest: string } {
    const size = Math.floor(SIZES[this.random.below(SIZES.length)]!)
    const bytes = this.random.bytes(size)
    writeFileSync(this.source, bytes)
    return { size, digest: md5(bytes) }
  }

  /** Anywhere: in a header, in a piece, between pieces, while the file is stored, in the reply. */
  harmTo(size: number, act: () => void, isDownload = false): Harm {
    const { random } = this
    if (!isDownload && random.below(3) === 0) {
      // All of it is written: it is being synced, and is about to get its name.
      const seen = () => this.partials().some((bytes) => bytes === size)
      return { when: { direction: 'neither', seen }, turns: random.below(TURNS_MAX), act }
    }
    const pieces = Math.max(1, Math.ceil(size / MIB))
    const large = size + pieces * HEAD_BYTES
    const isReplies = random.below(3) === 0
    const most = isReplies === isDownload ? large : pieces * REPLY_BYTES
    const least = random.below(3) === 0 ? Math.max(0, most - 2 * HEAD_BYTES) : 0
    const afterBytes = random.between(least, most)
    const direction = isReplies ? 'replies' : 'requests'
    return {
      when: { direction, afterBytes },
      turns: random.below(2) * random.below(TURNS_MAX),
      act,
    }
  }

  /** Sizes of the files that uploads are gathered in. */
  partials(): number[] {
    return readdirSync(this.root)
      .filter((name) => name.endsWith('.part'))
      .flatMap((name) => statSync(join(this.root, name), { throwIfNoEntry: false })?.size ?? [])
  }

  /** Null when it was interrupted. */
  async put(relay: Relay): Promise<Transferred | null> {
    try {
      using client = await FileClient.connect(relay.address)
      return await putFile(client, this.source, NAME, () => {})
    } catch (error) {
      if (error instanceof FileError && error.code === 'connection-lost') return null
      throw error
    }
  }

  /** After an interruption: old or new. After an acknowledgement: new. */
  look(digest: string, isAcknowledged: boolean): void {
    const found = this.found(join(this.root, NAME))
    const allowed = isAcknowledged ? [digest] : [this.settled, digest]
    expect(allowed).toContain(found)
    tally[found === digest ? 'new' : 'old']++
    tally[isAcknowledged ? 'acknowledged' : 'interrupted']++
    const strangers = readdirSync(this.root).filter((name) => name !== NAME)
    expect(strangers.filter((name) => !/^\.framegate-[0-9a-f]{32}\.part$/.test(name))).toEqual([])
  }

  /** The same again, undisturbed, or another file instead. */
  async settle(digest: string): Promise<void> {
    const isAgain = this.random.below(3) > 0
    const now = isAgain ? digest : this.newSource().digest
    const { address } = await this.server()
    using client = await FileClient.connect(address)
    const { resumedFromBytes } = await putFile(client, this.source, NAME, () => {})
    if (resumedFromBytes > 0) tally.resumed++
    expect(this.found(join(this.root, NAME))).toBe(now)
    this.settled = now
  }
}

async function harmServer(lane: Lane): Promise<void> {
  const { size, digest } = lane.newSource()
  const served = await lane.server()
  const harm = lane.harmTo(size, () => served.kill('SIGKILL'))
  await using relay = await Relay.open(served.address, harm)
  const done = await lane.put(relay)
  await lane.lose()
  lane.look(digest, done !== null)
  await lane.settle(digest)
}

async function harmConnection(lane: Lane): Promise<void> {
  const { size, digest } = lane.newSource()
  const { address } = await lane.server()
  await using relay = await Relay.open(
    address,
    lane.harmTo(size, () => {}),
  )
  const done = await lane.put(relay)
  lane.look(digest, done !== null)
  await lane.settle(digest)
}

async function harmClient(lane: Lane): Promise<void> {
  const { size, digest } = lane.newSource()
  const { address } = await lane.server()
  let kill = () => {}
  await using relay = await Relay.open(
    address,
    lane.harmTo(size, () => kill()),
  )
  const to = formatAddress(relay.address)
  const argv = [process.execPath, MAIN, 'files', 'put', to, lane.source, '--as', NAME]
  const child = Bun.spawn(argv, { stdout: 'ignore', stderr: 'ignore' })
  kill = () => child.kill('SIGKILL')
  const code = await child.exited
  lane.look(digest, code === 0)
  await lane.settle(digest)
}

/** The other way round: it is the local file that must be the old one or the new one. */
async function harmDownload(lane: Lane): Promise<void> {
  const before = lane.found(lane.target)
  const { size, digest } = lane.newSource()
  const { address } = await lane.server()
  {
    using client = await FileClient.connect(address)
    await putFile(client, lane.source, NAME, () => {})
  }
  const harm = lane.harmTo(size, () => {}, true)
  const isDone = await fetched(lane, await Relay.open(address, harm))
  const found = lane.found(lane.target)
  expect(isDone ? [digest] : [before, digest]).toContain(found)
  tally[isDone ? 'acknowledged' : 'interrupted']++
  if (!(await fetched(lane, await Relay.open(address, null)))) throw new Error('It failed alone.')
  expect(lane.found(lane.target)).toBe(digest)
}

async function fetched(lane: Lane, opened: Relay): Promise<boolean> {
  await using relay = opened
  try {
    using client = await FileClient.connect(relay.address)
    const { resumedFromBytes } = await getFile(client, NAME, lane.target, () => {})
    if (resumedFromBytes > 0) tally.resumed++
    return true
  } catch (error) {
    if (error instanceof FileError && error.code === 'connection-lost') return false
    throw error
  }
}

const HARMS: Record<Victim, (lane: Lane) => Promise<void>> = {
  server: harmServer,
  connection: harmConnection,
  client: harmClient,
  download: harmDownload,
}

describe('interrupted', () => {
  describe.concurrent('at random points', () => {
    test.each(Object.keys(SHARES) as Victim[])(
      'the %s',
      async (victim) => {
        const lane = new Lane(victim)
        try {
          for (let round = 0; round < INTERRUPTIONS * SHARES[victim]; round++) {
            await HARMS[victim](lane)
          }
        } finally {
          await lane.lose()
        }
      },
      RUN_MS_MAX,
    )
  })

  test('often enough, and with all that can come of it', () => {
    console.log(tally)
    expect(tally.interrupted + tally.acknowledged).toBeGreaterThanOrEqual(INTERRUPTIONS)
    expect(tally.interrupted).toBeGreaterThanOrEqual((INTERRUPTIONS * 5) / 8)
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(0)
  })
})

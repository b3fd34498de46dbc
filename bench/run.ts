/**
 * Subjects × workloads → cells.
 *
 * The launch is the unit of measurement: two fresh processes of one program differ by more than two
 * measurements of one process. So every cell is launched several times, and all cells take turns:
 * launch 1 of each, then launch 2 of each, with another subject first each time, so that a machine
 * that slows down or warms up does so for all alike.
 */
import { HarnessError } from '../harness/errors.ts'
import { countExactly } from '../harness/exact-counts.ts'
import type { LoadFigures } from '../harness/load.ts'
import { whyNotCarried } from '../harness/load-tape.ts'
import { seedFor } from '../harness/random.ts'
import type { Framing } from '../wire/index.ts'
import { measuredCell, struckCell } from './cell.ts'
import type { Extents } from './extents.ts'
import type { JointStart } from './joint-start.ts'
import { measure } from './measure.ts'
import type { BenchCell, Struck } from './result.ts'
import type { Scenario, Workload } from './scenario.ts'
import { type BenchSubject, framingOf } from './subject.ts'

export interface BenchProgress {
  subject: string
  scenario: string
  /** The launch that begins, from 1. */
  launch: number
  /** Launches made or no longer needed, and all of them. */
  done: number
  total: number
}

export interface BenchOptions {
  subjects: readonly BenchSubject[]
  workloads: readonly Workload[]
  /** Launches of each cell; fewer than three say nothing about how far they lie apart. */
  launches: number
  extents: Extents
  /** What conformance has against a subject in this scenario; null where it may be measured. */
  struck(subject: BenchSubject, scenario: Scenario): Struck | null
  onProgress(progress: BenchProgress): void
  /** Ends the run: what has been measured by then is returned, each cell saying how much it is. */
  signal: AbortSignal
  seed: number
  /** With others at a moment: for one cell and one launch. */
  joint?: JointStart
}

interface OpenCell {
  subject: BenchSubject
  workload: Workload
  launches: LoadFigures[]
  struck: Struck | null
}

/**
 * Cells by workload, then by subject. Throws HarnessError when a subject cannot be started or the
 * generator fails; a subject that is wrong under load is struck instead.
 */
export async function runBench(options: BenchOptions): Promise<BenchCell[]> {
  const cells = options.workloads.flatMap((workload) =>
    options.subjects.map((subject) => openCell(subject, workload, options)),
  )
  const total = cells.length * options.launches
  const started = new Set<BenchSubject>()
  for (let round = 0; round < options.launches; round++) {
    for (const [index, cell] of inTurn(cells, options.subjects.length, round).entries()) {
      if (options.signal.aborted) return closed(cells, options)
      if (cell.struck) continue
      const { subject, workload } = cell
      const scenario = workload.scenario.id
      const done = round * cells.length + index
      options.onProgress({ subject: subject.name, scenario, launch: round + 1, done, total })
      await launchOnce(cell, round, started.has(subject), options)
      started.add(subject)
    }
  }
  return closed(cells, options)
}

/** Settles the message size, and whether there is anything to measure. */
function openCell(subject: BenchSubject, asked: Workload, options: BenchOptions): OpenCell {
  const other = otherKind(subject, asked.scenario)
  if (other) return { subject, workload: asked, launches: [], struck: other }
  const framing = framingOf(subject)
  const workload = fitted(asked, framing)
  const unsupported = notCarried(framing, workload) ?? notPaced(framing, workload)
  const struck = unsupported ?? options.struck(subject, workload.scenario)
  return { subject, workload, launches: [], struck }
}

const unsupported = (detail: string): Struck => ({ symptom: 'unsupported', detail, expected: true })

function otherKind({ keepsFiles = false }: BenchSubject, { service }: Scenario): Struck | null {
  if (keepsFiles === (service === 'files')) return null
  return unsupported(keepsFiles ? 'it keeps files, and sends no message back' : 'it keeps no files')
}

/** Largest messages get smaller where that is meant. Files may be as large as they like. */
function fitted(asked: Workload, framing: Framing): Workload {
  const { messageBytes } = asked.parameters
  const carried = Math.min(messageBytes, framing.messageBytesMax)
  const isScaled = carried < messageBytes && carried >= asked.messageBytesMin
  if (!isScaled || asked.scenario.service === 'files') return asked
  return { ...asked, parameters: { ...asked.parameters, messageBytes: carried } }
}

/** What is in flight may be lost there, and a closed loop would wait for it for ever. */
function notPaced(framing: Framing, { scenario, parameters }: Workload): Struck | null {
  const isDatagram = framing.id.startsWith('datagram')
  if (scenario.service === 'datagrams') {
    return isDatagram ? null : unsupported('its messages come in a stream: none can be lost')
  }
  const { depth, writes, writeBytesMax, reconnect, ratePerSecond, rateShare } = parameters
  if (writes === 'separate' && framing.encoder().pieces(new Uint8Array(8)).length < 2) {
    return unsupported(`a frame of ${framing.id} has no head to write apart from its message`)
  }
  if (/^raw\b/.test(framing.id) && (writes === 'separate' || writeBytesMax !== undefined)) {
    return unsupported('without framing one write is one message')
  }
  if (!isDatagram) return null
  if (depth > 1 || ratePerSecond !== undefined || rateShare !== undefined) {
    return unsupported('datagrams in flight may be lost: only one at a time')
  }
  const isStream = writes ?? writeBytesMax ?? reconnect ?? scenario.service
  return isStream === undefined ? null : unsupported('a workload of streams')
}

function notCarried(framing: Framing, { scenario, parameters }: Workload): Struck | null {
  if (scenario.service === 'files') return null
  const reason = whyNotCarried(framing, parameters.messageBytes)
  if (reason === null) return null
  return unsupported(`${framing.id} cannot carry the messages of this workload: ${reason}`)
}

/** Within each workload another subject is the first in each round. */
function inTurn(cells: readonly OpenCell[], subjects: number, round: number): OpenCell[] {
  return cells.map((_, index) => {
    const workloadStart = index - (index % subjects)
    return cells[workloadStart + ((index + round) % subjects)]!
  })
}

async function launchOnce(
  cell: OpenCell,
  round: number,
  startedBefore: boolean,
  options: BenchOptions,
): Promise<void> {
  const { subject, workload } = cell
  const { extents, signal, joint } = options
  const seed = seedFor(
    joint?.seed ?? options.seed,
    `${subject.name} ${workload.scenario.id} ${round}`,
  )
  const expected = subject.knownWrong ?? false
  try {
    const outcome = await measure({
      subject,
      workload,
      extents,
      seed,
      signal,
      ...(joint && { joint }),
    })
    if (outcome.kind === 'measured') {
      cell.launches.push(outcome)
      return
    }
    const detail = `under load, launch ${round + 1}: ${outcome.detail}`
    cell.struck = { symptom: outcome.symptom, detail, expected }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    if (error.code === 'interrupted') return
    // Who has started once is a server: that it does not again is its own fault, and not the run's.
    if (error.code !== 'subject-not-started' || !startedBefore) throw error
    cell.struck = { symptom: 'crashed', detail: error.message, expected }
  }
}

/** Cells that nothing is known of yet are left out. */
async function closed(
  cells: readonly OpenCell[],
  { launches: launchesWanted, signal }: BenchOptions,
): Promise<BenchCell[]> {
  const ended: BenchCell[] = []
  for (const { subject, workload, launches, struck } of cells) {
    if (struck) ended.push(struckCell(subject, workload, struck))
    if (struck || launches.length === 0) continue
    const counts = signal.aborted ? null : await countsOf(subject, workload, signal)
    ended.push({ ...measuredCell(subject, workload, launches, launchesWanted), counts })
  }
  return ended
}

/** Only what one connection is sent makes a difference in memory. */
async function countsOf(
  { target }: BenchSubject,
  { scenario, parameters }: Workload,
  signal: AbortSignal,
): Promise<BenchCell['counts']> {
  if (target.kind === 'connect' || scenario.service !== undefined) return null
  const { messageBytes, depth } = parameters
  return countExactly(target.spec, { messageBytes, depth }, { signal })
}

/** The one list of commands. A new one is a file here and a line below. */
import type { Command } from 'commander'
import type { ExitCode } from '../exit-codes.ts'
import { addBench } from './bench.ts'
import { addCalibrate } from './calibrate.ts'
import { addClock } from './clock.ts'
import { addCompare } from './compare.ts'
import { addCompletions } from './completions.ts'
import { addConform } from './conform.ts'
import { addConformClient } from './conform-client.ts'
import { addConnect } from './connect.ts'
import { addDiff } from './diff.ts'
import { addExplain } from './explain.ts'
import { addFiles } from './files.ts'
import { addGate } from './gate.ts'
import { addInit } from './init.ts'
import { addList } from './list.ts'
import { addMerge } from './merge.ts'
import { addReport } from './report.ts'
import { addServe } from './serve.ts'
import { addSmoke } from './smoke.ts'

/** Adds a command to the program; its action hands its exit code to `end`. */
export type AddCommand = (program: Command, end: (code: ExitCode) => void) => void

const COMMANDS: readonly AddCommand[] = [
  addInit,
  addCompare,
  addConform,
  addSmoke,
  addConformClient,
  addBench,
  addGate,
  addCalibrate,
  addServe,
  addClock,
  addConnect,
  addFiles,
  addList,
  addExplain,
  addReport,
  addMerge,
  addDiff,
  addCompletions,
]

export function addCommands(program: Command, end: (code: ExitCode) => void): void {
  for (const add of COMMANDS) add(program, end)
}

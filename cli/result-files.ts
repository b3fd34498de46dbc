/** Result files of earlier runs: read, told apart by their schema, refused where it is unknown. */
import { readFileSync } from 'node:fs'
import { BENCH_SCHEMA, type BenchResult } from '../bench/result.ts'
import { CONFORM_SCHEMA, type ConformResult } from '../conformance/result.ts'
import { checkConformResult } from '../conformance/result-schema.ts'
import { COMPARE_SCHEMA, type CompareResult } from '../reports/report.ts'
import { UsageError } from './errors.ts'

export type ResultFile = ConformResult | BenchResult | CompareResult

const KNOWN: readonly string[] = [CONFORM_SCHEMA, BENCH_SCHEMA, COMPARE_SCHEMA]
/** What each must have to be worth reading on; the rest is as the program that wrote it left it. */
const LISTS: Readonly<Record<string, string>> = {
  [CONFORM_SCHEMA]: 'runs',
  [BENCH_SCHEMA]: 'cells',
  [COMPARE_SCHEMA]: 'subjects',
}

/** A conformance run, every field of it looked at. */
export function readConformFile(path: string): ConformResult {
  const file = readResultFile(path)
  if (file.schema !== CONFORM_SCHEMA) {
    const what = `it is a result of the schema ${file.schema}`
    throw new UsageError(`${path} is no conformance run (${CONFORM_SCHEMA}): ${what}.`)
  }
  const checked = checkConformResult(file)
  if ('problem' in checked) throw new UsageError(`${path} is damaged at ${checked.problem}.`)
  return checked
}

/** Throws UsageError where the file is missing, cut off, or of a schema that is not known here. */
export function readResultFile(path: string): ResultFile {
  const value = parsed(path)
  const schema = (value as { schema?: unknown } | null)?.schema
  if (typeof schema !== 'string') {
    throw new UsageError(`${path} is no result of framegate: it names no schema.`)
  }
  if (!KNOWN.includes(schema)) {
    throw new UsageError(
      `${path} has the schema "${schema}", which this version does not know. It knows: ${KNOWN.join(', ')}.`,
    )
  }
  const list = LISTS[schema]!
  if (!Array.isArray((value as Record<string, unknown>)[list])) {
    throw new UsageError(`${path} is damaged: "${list}" is missing or no list.`)
  }
  return value as ResultFile
}

function parsed(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is no whole JSON: was it cut off? It has ${text.length} bytes.`)
  }
}

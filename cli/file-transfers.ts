/** One transfer after the other, with progress; what fails does not keep the next from its turn. */
import type { FileClient } from '../impl/file-server/client/file-client.ts'
import type { OnBytes, Transferred } from '../impl/file-server/client/put-file.ts'
import { FileError } from '../impl/file-server/file-error.ts'
import { BYTES_PER_SECOND, quantity, size } from '../reports/units.ts'
import { startByteProgress } from './byte-progress.ts'
import { print, warn } from './console.ts'
import type { TransferResult } from './files-result.ts'
import { interrupted } from './interrupt.ts'
import { formatDuration } from './progress.ts'

export interface Transfer {
  name: string
  path: string
  run(client: FileClient, onBytes: OnBytes): Promise<Transferred>
}

/** Results in order, as far as it got. */
export async function transferAll(
  verb: 'put' | 'get',
  transfers: readonly Transfer[],
  connect: () => Promise<FileClient>,
  isSilent: boolean,
): Promise<TransferResult[]> {
  const results: TransferResult[] = []
  for (const transfer of transfers) {
    if (interrupted.aborted) break
    // A refusal may have ended the connection before: each file has one of its own.
    using client = await connect()
    const onAbort = () => client.close()
    interrupted.addEventListener('abort', onAbort)
    const result = await transferOne(transfer, client)
    interrupted.removeEventListener('abort', onAbort)
    results.push(result)
    tell(verb, result, isSilent)
  }
  return results
}

async function transferOne(transfer: Transfer, client: FileClient): Promise<TransferResult> {
  const { name, path } = transfer
  const progress = startByteProgress(name)
  const startedMs = performance.now()
  try {
    const done = await transfer.run(client, (bytesDone, bytes) => progress.at(bytesDone, bytes))
    const seconds = (performance.now() - startedMs) / 1000
    const bytesPerSecond = (done.bytes - done.resumedFromBytes) / seconds
    return { name, path, ...done, seconds, bytesPerSecond, error: null }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const seconds = (performance.now() - startedMs) / 1000
    const { code, message } = error
    const nothing = { bytes: null, resumedFromBytes: 0, sha256: null, bytesPerSecond: null }
    return { name, path, ...nothing, seconds, error: { code, message } }
  } finally {
    progress.stop()
  }
}

function tell(verb: 'put' | 'get', result: TransferResult, isSilent: boolean): void {
  const { name, path, bytes, error, seconds, bytesPerSecond, resumedFromBytes } = result
  if (error) {
    const again = interrupted.aborted ? 'interrupted; the same command goes on from here' : null
    const hint = error.code === 'connection-lost' ? ' The same command goes on from there.' : ''
    warn(`framegate: ${name}: ${again ?? `${error.message}${hint} (${error.code})`}`)
    return
  }
  if (isSilent) return
  const what = verb === 'put' ? `stored ${name}` : `fetched ${name} to ${path}`
  const rate = quantity(bytesPerSecond!, BYTES_PER_SECOND)
  const from = resumedFromBytes > 0 ? `, resumed at ${size(resumedFromBytes)}` : ''
  print(`${what}: ${size(bytes!)} in ${formatDuration(seconds * 1000)}, ${rate}${from}`)
}

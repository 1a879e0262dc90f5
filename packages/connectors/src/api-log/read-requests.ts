import { complete, type Failure, incomplete, type Page, type ReadEnd, type ReadRequest } from '@inlet/connector-sdk'
import { createPagePacker } from '../parsing/page-packer.js'
import type { LogConnection } from './connection.js'
import { listLogs } from './files/list-logs.js'
import { openPlaces } from './files/log-cursor.js'
import { createLineToRecord } from './files/read-line.js'
import { readLog } from './files/read-log.js'
import { REQUESTS } from './to-event.js'

/** Reads the requests that were logged since the cursor. Throws the first failure when no file at all could be read. */
export async function* readRequests(connection: LogConnection, { cursor, signal }: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const places = openPlaces(cursor)
  const packer = createPagePacker()
  const toRecord = createLineToRecord(connection.ctx.config)
  const logs = await listLogs(connection, signal)
  forget(connection, logs)
  const failures: Failure[] = []
  let done = 0
  for (const log of logs) {
    signal.throwIfAborted()
    const failure = 'failure' in log ? log.failure : yield* readLog(connection, log, { places, packer, toRecord, signal })
    if ('failure' in log) packer.reject({ stream: REQUESTS, key: [log.name], reason: log.failure.reason, message: log.failure.message })
    if (failure !== null) failures.push(failure)
    done++
  }
  const [first] = failures
  if (first !== undefined && failures.length === logs.length && first.code !== 'record_invalid' && first.code !== 'upstream_invalid') throw first
  if (logs.length === 0) connection.ctx.log.warn({}, 'no log file matches the settings now')
  const end = places.cursor()
  const changed = JSON.stringify(end) !== JSON.stringify(cursor ?? { logs: [] })
  if (!packer.isEmpty() || changed) yield { ...packer.take(), cursor: end, progress: { done, total: logs.length } }
  if (first !== undefined) return incomplete(`${failures.length} of ${logs.length} log files could not be read; the first: ${first.message}`)
  return complete('every log file was read to its end')
}

const forget = ({ readToEnd }: LogConnection, logs: readonly object[]): void => {
  const present = new Set(logs.flatMap((log) => ('path' in log ? [log.path] : [])))
  for (const path of readToEnd.keys()) if (!present.has(path)) readToEnd.delete(path)
}

import type pg from 'pg'
import type { Database } from '../database.js'
import { isConnectionError, isDataError, sqlState } from '../sql-state.js'
import { claimPortion, isolate, MAX_ATTEMPTS, type PendingRow, releasePortion } from './claim-portion.js'
import { inTransaction, withIndexLock } from './index-lock.js'
import { indexPortion } from './index-portion.js'
import { numberRecords } from './number-records.js'
import { renumberSome } from './reindex-source.js'

/** Bytes of records that become one segment. */
const PORTION_BYTES = 4_194_304

export interface IndexOptions {
  /**
   * Rows in progress when the database became unavailable. A caller that indexes repeatedly passes the same set, so that no outage is held against a
   * record: they are put back once the database answers again.
   */
  readonly unreturned?: Set<string>
  /** Ends the work; what is not committed is left for next time. */
  readonly signal?: AbortSignal
  readonly portionBytes?: number
  /** Called when a segment was added. */
  readonly onPortion?: (records: number) => void
  /** Called with an error that leaves a record out of the index for now, and with those that precede it. */
  readonly onProblem?: (error: unknown) => void
}

/**
 * Indexes all waiting states of records, portion by portion, each in one transaction: safe to interrupt. Returns how many records were indexed,
 * including those stored by an earlier version; null when another process is indexing.
 */
export const indexPending = async (database: Database, options: IndexOptions = {}): Promise<number | null> => {
  await numberRecords(database, options)
  return withIndexLock(database, 'index', async (client) => {
    await releasePortion(client, [...(options.unreturned ?? [])])
    options.unreturned?.clear()
    let indexed = 0
    while (options.signal?.aborted !== true) {
      const portion = await claimPortion(client, options.portionBytes ?? PORTION_BYTES)
      // New states come before those to be indexed again.
      if (portion.length === 0 && (await renumberSome(client))) continue
      if (portion.length === 0) break
      const records = await tryPortion(client, portion, options)
      indexed += records
      if (records > 0) options.onPortion?.(records)
    }
    return indexed
  })
}

const tryPortion = async (client: pg.ClientBase, portion: readonly PendingRow[], options: IndexOptions): Promise<number> => {
  const [first] = portion
  // After this many attempts, the processes working on it must have died without reporting an error.
  const exhausted = first !== undefined && first.attempts > MAX_ATTEMPTS && !first.givenUp
  if (exhausted) {
    await isolate(client, first, 'the indexer ended whenever it had this record in hand')
    return 0
  }
  try {
    return await inTransaction(client, () => indexPortion(client, portion, options.signal))
  } catch (error) {
    if (!isFaultOfRecord(error, options.signal)) {
      const ids = portion.map(({ id }) => id)
      await releasePortion(client, ids).catch(() => {
        for (const id of ids) options.unreturned?.add(id)
      })
      throw error
    }
    options.onProblem?.(error)
    if (first !== undefined && first.attempts >= MAX_ATTEMPTS) await isolate(client, first, error instanceof Error ? error.message : String(error))
    return 0
  }
}

/** Whether an error says something about the records and not the moment: a full disk must not make any of them suspect. */
const isFaultOfRecord = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted !== true && !isConnectionError(error) && (sqlState(error) === null || isDataError(error))

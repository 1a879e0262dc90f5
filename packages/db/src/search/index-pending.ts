import type pg from 'pg'
import type { Database } from '../database.js'
import { isConnectionError, isDataError, sqlState } from '../sql-state.js'
import { inTransaction, withIndexLock } from './index-lock.js'
import { indexPortion } from './index-portion.js'
import { numberRecords } from './number-records.js'
import { renumberSome } from './reindex-source.js'
import { isolate, MAX_ATTEMPTS, type PendingRow, returnPortion, takePortion } from './take-portion.js'

/** Bytes of records that become one segment. */
const PORTION_BYTES = 4_194_304

export interface IndexOptions {
  /**
   * Rows that were in hand when the database went away. Who indexes again and again passes the same set, so that no outage is held against a record:
   * they are put back when it is there again.
   */
  readonly unreturned?: Set<string>
  /** Ends the work; what is not committed is left for the next time. */
  readonly signal?: AbortSignal
  readonly portionBytes?: number
  /** Called when a segment was added. */
  readonly onPortion?: (records: number) => void
  /** Called with a record that cannot be indexed and is left out, and with what comes before that. */
  readonly onProblem?: (error: unknown) => void
}

/**
 * Indexes all states of records that wait, portion by portion, each in one transaction: safe to end anywhere. Answers how many records that
 * were, also records of an earlier version; null when another process is at it.
 */
export const indexPending = async (database: Database, options: IndexOptions = {}): Promise<number | null> => {
  await numberRecords(database, options)
  return withIndexLock(database, 'index', async (client) => {
    await returnPortion(client, [...(options.unreturned ?? [])])
    options.unreturned?.clear()
    let indexed = 0
    while (options.signal?.aborted !== true) {
      const portion = await takePortion(client, options.portionBytes ?? PORTION_BYTES)
      // What was stored comes before what is indexed again.
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
  // Whatever had it in hand so often has ended without a word.
  const exhausted = first !== undefined && first.attempts > MAX_ATTEMPTS
  if (exhausted) {
    await isolate(client, first, 'the indexer ended whenever it had this record in hand')
    return 0
  }
  try {
    return await inTransaction(client, () => indexPortion(client, portion, options.signal))
  } catch (error) {
    if (!isFaultOfRecord(error, options.signal)) {
      const ids = portion.map(({ id }) => id)
      await returnPortion(client, ids).catch(() => {
        for (const id of ids) options.unreturned?.add(id)
      })
      throw error
    }
    options.onProblem?.(error)
    if (first !== undefined && first.attempts >= MAX_ATTEMPTS) await isolate(client, first, error instanceof Error ? error.message : String(error))
    return 0
  }
}

/** Whether what was thrown says something of the records, not of the moment: a full disk must not make any of them suspect. */
const isFaultOfRecord = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted !== true && !isConnectionError(error) && (sqlState(error) === null || isDataError(error))

import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { isDataError, isTimeout, sqlState } from '../sql-state.js'
import { addCounts, NO_COUNTS, type Slice, type WriteCounts, writeRecords } from './write-records.js'

const MAX_RAW = 65_536

/**
 * Writes a batch of which some record cannot be stored: halves it with savepoints until the bad ones stand alone, puts
 * those into quarantine and stores their neighbours. Runs inside the caller's transaction.
 */
export const writeWithBisection = async (client: pg.ClientBase, batch: BatchEnvelope, inOrder: boolean): Promise<WriteCounts> => {
  const entries = splitPayload(batch.payload)
  const write = async (from: number, to: number): Promise<WriteCounts> => {
    if (from === to) return NO_COUNTS
    const part = entries.slice(from, to)
    await client.query('SAVEPOINT part')
    try {
      const counts = await writeRecords(client, batch, toSlice(part), inOrder)
      await client.query('RELEASE SAVEPOINT part')
      return counts
    } catch (error) {
      if (!isDataError(error) && !(isTimeout(error) && part.length > 1)) throw error
      await client.query('ROLLBACK TO SAVEPOINT part')
      const [only] = part
      if (part.length === 1 && only !== undefined) return quarantine(client, batch, only, error)
      const middle = (from + to) >> 1
      return addCounts(await write(from, middle), await write(middle, to))
    }
  }
  return write(0, entries.length)
}

interface Entry {
  readonly text: string
  readonly record: PackedRecord
}

/** The entries of a payload with their exact text: records are one a line, so that big numbers survive. */
const splitPayload = (payload: string): readonly Entry[] =>
  payload
    .slice(1, -1)
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .filter((line) => line !== '')
    .map((text) => ({ text, record: JSON.parse(text) as PackedRecord }))

const toSlice = (entries: readonly Entry[]): Slice => {
  const counts = { u: 0, d: 0, n: 0, q: 0 }
  for (const { record } of entries) counts[record.o] += 1
  return { payload: `[${entries.map(({ text }) => text).join(',\n')}]`, counts }
}

const quarantine = async (client: pg.ClientBase, batch: BatchEnvelope, { record, text }: Entry, error: unknown): Promise<WriteCounts> => {
  const message = `Postgres refuses it (${sqlState(error)}): ${error instanceof Error ? error.message : String(error)}`
  const storable = (value: string): string => value.replaceAll('\u0000', '\\u0000').toWellFormed()
  await client.query('INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw) VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    batch.sourceId,
    batch.runId,
    storable(record.s),
    storable(record.k ?? '').slice(0, 1024) || null,
    'RECORD_INVALID',
    storable(message).slice(0, 2000),
    storable(text).slice(0, MAX_RAW),
  ])
  if (batch.sweptStreams?.includes(record.s) && record.h !== '')
    await client.query(
      `INSERT INTO sweep_seen (run_id, stream_id, key_hash) SELECT $1, id, decode($4, 'hex') FROM streams WHERE source_id = $2 AND name = $3 ON CONFLICT DO NOTHING`,
      [batch.runId, batch.sourceId, record.s, record.h],
    )
  return { ...NO_COUNTS, quarantined: 1 }
}

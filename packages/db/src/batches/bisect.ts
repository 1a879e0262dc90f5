import type { BatchEnvelope, PackedRecord } from '@inlet/domain'
import type pg from 'pg'
import { isDataError, isTimeout, sqlState } from '../sql-state.js'
import { markSeen } from './seen.js'
import { quarantineEntry } from './write-quarantine.js'
import { addWritten, NO_COUNTS, NOTHING_WRITTEN, type Slice, type Written, writeRecords } from './write-records.js'

/**
 * Writes a batch in which some record cannot be stored: halves it with savepoints until the bad records are isolated, quarantines those and stores
 * the others. Runs in the caller's transaction.
 */
export const writeWithBisection = async (
  client: pg.ClientBase,
  batch: BatchEnvelope,
  inOrder: boolean,
  refuse: Refuse = (entry, message) => quarantine(client, batch, entry, message),
): Promise<Written> => {
  const { entries, doubled } = splitDoubled(splitPayload(batch.payload))
  const write = async (from: number, to: number): Promise<Written> => {
    if (from === to) return NOTHING_WRITTEN
    const part = entries.slice(from, to)
    await client.query('SAVEPOINT part')
    try {
      const written = await writeRecords(client, batch, toSlice(part), { inOrder })
      await client.query('RELEASE SAVEPOINT part')
      return written
    } catch (error) {
      if (!isDataError(error) && !(isTimeout(error) && part.length > 1)) throw error
      await client.query('ROLLBACK TO SAVEPOINT part')
      const [only] = part
      if (part.length === 1 && only !== undefined) return refuse(only, refusalOf(error))
      const middle = (from + to) >> 1
      return addWritten(await write(from, middle), await write(middle, to))
    }
  }
  let written = await write(0, entries.length)
  for (const entry of doubled) written = addWritten(written, await refuse(entry, 'the key appears twice in one batch; the later state is stored'))
  return written
}

/** Handles a record that cannot be stored; by default it goes to quarantine. */
export type Refuse = (entry: Entry, message: string) => Promise<Written>

/** One entry of a payload, with its exact text. */
export interface Entry {
  readonly text: string
  readonly record: PackedRecord
}

/** Splits a payload into entries with their exact text. Records are one per line, so that big numbers survive. */
export const splitPayload = (payload: Buffer): readonly Entry[] =>
  payload
    .toString()
    .slice(1, -1)
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .filter((line) => line !== '')
    .map((text) => ({ text, record: JSON.parse(text) as PackedRecord }))

/** Separates all but the last state of each key: Postgres refuses two in one statement, and their order could not be known later. */
const splitDoubled = (all: readonly Entry[]): { readonly entries: readonly Entry[]; readonly doubled: readonly Entry[] } => {
  const last = new Map(all.map((entry) => [identityOf(entry), entry]))
  const isLast = (entry: Entry): boolean => entry.record.o === 'q' || last.get(identityOf(entry)) === entry
  return { entries: all.filter(isLast), doubled: all.filter((entry) => !isLast(entry)) }
}

const identityOf = ({ record }: Entry): string => `${record.s} ${record.h}`

const refusalOf = (error: unknown): string => `Postgres refuses it (${sqlState(error)}): ${error instanceof Error ? error.message : String(error)}`

export const toSlice = (entries: readonly Entry[]): Slice => {
  const counts = { u: 0, d: 0, n: 0, q: 0 }
  for (const { record } of entries) counts[record.o] += 1
  return { payload: Buffer.from(`[${entries.map(({ text }) => text).join(',\n')}]`), counts }
}

const quarantine = async (client: pg.ClientBase, batch: BatchEnvelope, { record, text }: Entry, message: string): Promise<Written> => {
  await quarantineEntry(client, batch, { record, text, reason: 'RECORD_INVALID', message })
  if (batch.sweptStreams?.includes(record.s) && record.h !== '') await markSeen(client, batch, record)
  return { ...NOTHING_WRITTEN, counts: { ...NO_COUNTS, quarantined: 1 } }
}

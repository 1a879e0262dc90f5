import { Failure, keyText, type RecordKey, type RejectedRecord, type SourceRecord } from '@inlet/connector-sdk'
import type { StreamPlan } from '../plan/stream-plan.js'
import type { Chunk, RawRow } from './row-source.js'
import { type Paging, type PlacedPage, type Run, remainingRows } from './run.js'

const MAX_RECORDS = 1000
/** Leaves room below 1 MiB for what JSON adds to the text. */
const MAX_BYTES = 800 * 1024
const MAX_RAW_CHARS = 64 * 1024

/** Turns rows into pages of records. Stops at the run's row limit. */
export function* toPages(run: Run, chunk: Chunk, paging: Paging): Generator<PlacedPage, void, void> {
  const sizeOf = createSizeOf(run.plan)
  const end = paging.again === true ? chunk.rows.length : Math.min(chunk.rows.length, remainingRows(run))
  let from = 0
  while (from < end) {
    let to = from
    let bytes = 0
    while (to < end && to - from < MAX_RECORDS) {
      bytes += sizeOf(chunk.rows[to] as RawRow, chunk.sizes[to] ?? 0)
      if (bytes > MAX_BYTES && to > from) break
      to++
    }
    run.count.done += to - from
    if (paging.again !== true) run.count.limited += to - from
    yield placePage(run, chunk.rows.slice(from, to), paging)
    from = to
  }
}

/** Estimates the bytes of a record: the row, the names, and what it contains twice as title or text. */
const createSizeOf = ({ columns, mapping }: StreamPlan): ((row: RawRow, bytes: number) => number) => {
  const names = columns.reduce((sum, column) => sum + column.name.length + 6, 40)
  const twice = columns.flatMap(({ name }, at) =>
    name === mapping.titleColumn || name === mapping.urlColumn || mapping.textColumns?.includes(name) ? [at] : [],
  )
  return (row, bytes) => {
    let size = bytes + names
    for (const at of twice) size += row[at]?.length ?? 0
    return size
  }
}

const placePage = (run: Run, rows: readonly RawRow[], { cursorOf }: Paging): PlacedPage => {
  const { plan } = run
  const records: SourceRecord[] = []
  const rejected: RejectedRecord[] = []
  const unchanged: RecordKey[] = []
  for (const row of rows) {
    try {
      const record = run.recordOf(row)
      refuseTwin(run, record.key, row)
      records.push(record)
    } catch (error) {
      const key = error instanceof TwinRow ? undefined : keyIfAny(run, row)
      rejected.push(rejectionOf(plan.stream, { row, key, error }))
      // The row exists although it cannot be read: a sweep must not delete its last good state.
      if (key !== undefined && plan.deletes.sweep) unchanged.push(key)
    }
  }
  const position = lastPosition(plan, rows)
  const cursor = position === null ? undefined : cursorOf?.(position)
  return {
    page: {
      records,
      ...(rejected.length === 0 ? {} : { rejected }),
      ...(unchanged.length === 0 ? {} : { unchanged }),
      ...(cursor === undefined ? {} : { cursor }),
      progress: { done: run.count.done },
    },
    position,
  }
}

/** Goes to quarantine without a key, since with one it would take the place of the row that has it. */
class TwinRow extends Failure {}

/** Of two rows with the same key only one can be stored; the other must not vanish silently. */
const refuseTwin = ({ plan, before }: Run, key: RecordKey, row: RawRow): void => {
  if (plan.cursor !== null || plan.key.length === 0 || before === undefined) return
  const text = keyText(key)
  const isTwin = before.row !== null && before.key === text && !isSameRow(before.row, row)
  if (!isTwin) {
    before.key = text
    before.row = row
    return
  }
  const names = plan.key.map((at) => plan.columns[at]?.name).join(', ')
  throw new TwinRow('RECORD_INVALID', `another row of ${plan.stream} has the same key (${names}), so that this one was not stored`, {
    next: 'Name columns as keyColumns that distinguish the rows.',
  })
}

const isSameRow = (one: RawRow, other: RawRow): boolean => one.every((cell, at) => cell === other[at])

/** Returns the position of the last row whose cursor and key are complete. */
const lastPosition = (plan: StreamPlan, rows: readonly RawRow[]): readonly string[] | null => {
  const places = [...(plan.cursor === null ? [] : [plan.cursor.at]), ...plan.key]
  if (places.length === 0) return null
  for (let index = rows.length - 1; index >= 0; index--) {
    const position = places.map((at) => rows[index]?.[at] ?? null)
    if (position.every((value) => value !== null)) return position
  }
  return null
}

const keyIfAny = (run: Run, row: RawRow): RecordKey | undefined => {
  try {
    return run.keyOf(row)
  } catch {
    return undefined
  }
}

const rejectionOf = (stream: string, { row, key, error }: { row: RawRow; key: RecordKey | undefined; error: unknown }): RejectedRecord => ({
  stream,
  ...(key === undefined ? {} : { key }),
  reason: error instanceof Failure ? error.reason : 'RECORD_INVALID',
  message: error instanceof Error ? error.message : String(error),
  raw: JSON.stringify(row).slice(0, MAX_RAW_CHARS),
})

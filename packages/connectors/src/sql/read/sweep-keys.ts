import type { Page, RecordKey } from '@inlet/connector-sdk'
import { createKeyOf } from '../plan/make-record.js'
import type { RawRow } from './row-source.js'
import type { Run } from './run.js'

const KEYS_PER_PAGE = 1000

/** Reports the keys that exist, up to a position if given, so that the sweep at the end finds what is gone. */
export async function* sweepKeys(run: Run, upTo: readonly string[] | null): AsyncGenerator<Page, void, void> {
  const { source, plan } = run
  const columns = plan.key.length === 0 ? plan.columns : plan.key.map((at) => plan.columns[at]).filter((column) => column !== undefined)
  const keyOf = createKeyOf(columns, plan.key.length === 0 ? [] : columns.map((_column, at) => at))
  for await (const { rows } of source.keys(upTo)) {
    for (let from = 0; from < rows.length; from += KEYS_PER_PAGE) {
      const unchanged = rows.slice(from, from + KEYS_PER_PAGE).flatMap((row) => keyOrNone(keyOf, row))
      yield { records: [], unchanged, progress: { done: run.count.done, note: 'looking for deleted rows' } }
    }
  }
}

/** A row without a key was rejected when it was read, and is no record. */
const keyOrNone = (keyOf: (row: RawRow) => RecordKey, row: RawRow): RecordKey[] => {
  try {
    return [keyOf(row)]
  } catch {
    return []
  }
}

import { canonicalJson, Failure, type RecordKey, type RejectedRecord } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import type { CursorTracker } from '../cursor/tracker.js'
import type { ListPage } from './read-list.js'
import { toKey } from './to-key.js'
import { type SizedRecord, toData, toRecord } from './to-record.js'

const MAX_RAW = 65_536

export interface SortOptions {
  readonly stream: StreamConfig
  readonly parentKey: RecordKey | null
  readonly tracker: CursorTracker
}

/** The items of a response, by what happens to them. */
export interface SortedItems {
  readonly records: readonly SizedRecord[]
  readonly rejected: readonly RejectedRecord[]
  /** Keys of those rejected items that have one. */
  readonly rejectedKeys: readonly RecordKey[]
  /** How many rejected items have no key. */
  readonly keyless: number
}

/** Turns items into records, and those that cannot become one into rejections; one bad item never stops its neighbors. */
export const sortItems = (page: ListPage, { stream, parentKey, tracker }: SortOptions): SortedItems => {
  const records: SizedRecord[] = []
  const rejected: RejectedRecord[] = []
  const rejectedKeys: RecordKey[] = []
  let keyless = 0
  for (const item of page.items) {
    try {
      const sighting = tracker.see(item)
      if (sighting === 'old') continue
      if (sighting === 'future') throw new Failure('CURSOR_IN_FUTURE', 'the cursor field lies ahead of the clock')
      records.push(toRecord(item, stream, parentKey, page.url))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const key = keyOf(item, stream, parentKey)
      if (key === undefined) keyless++
      else rejectedKeys.push(key)
      rejected.push({ stream: stream.name, reason: error.reason, message: error.message, ...(key !== undefined && { key }), ...rawOf(item) })
    }
  }
  return { records, rejected, rejectedKeys, keyless }
}

const keyOf = (item: unknown, stream: StreamConfig, parentKey: RecordKey | null): RecordKey | undefined => {
  try {
    return toKey(toData(item), stream.keyFields, parentKey)
  } catch {
    return undefined
  }
}

const rawOf = (item: unknown): { raw?: string } => {
  try {
    return { raw: canonicalJson(item).slice(0, MAX_RAW) }
  } catch {
    return {}
  }
}

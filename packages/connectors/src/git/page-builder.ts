import type { Page, RecordKey, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'

/** Pages stay below 1 MiB unless a single record is larger. */
const MAX_PAGE_BYTES = 768 * 1024

export interface PageBuilder {
  /** Whether the page must be taken before adding an entry of this size. */
  isFullFor(bytes: number): boolean
  add(entry: { record: SourceRecord } | { rejected: RejectedRecord } | { unchanged: RecordKey }, bytes: number): void
  /** Returns what was added since the last call. */
  take(): Pick<Page, 'records' | 'rejected' | 'unchanged'>
}

export const createPageBuilder = (maxRecords: number): PageBuilder => {
  let records: SourceRecord[] = []
  let rejected: RejectedRecord[] = []
  let unchanged: RecordKey[] = []
  let size = 0
  const count = (): number => records.length + rejected.length + unchanged.length
  return {
    isFullFor: (bytes) => count() >= maxRecords || (count() > 0 && size + bytes > MAX_PAGE_BYTES),
    add(entry, bytes) {
      if ('record' in entry) records.push(entry.record)
      else if ('rejected' in entry) rejected.push(entry.rejected)
      else unchanged.push(entry.unchanged)
      size += bytes
    },
    take() {
      const page = { records, ...(rejected.length > 0 ? { rejected } : {}), ...(unchanged.length > 0 ? { unchanged } : {}) }
      records = []
      rejected = []
      unchanged = []
      size = 0
      return page
    },
  }
}

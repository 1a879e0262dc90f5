import type { Page, RecordKey, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'

const MAX_RECORDS = 1000
/** In characters, so that text beyond ASCII and escapes still fit into the 1 MiB a page may have or little more. */
const MAX_CHARS = 512 * 1024

/** Gathers what belongs on one page. */
export interface PagePacker {
  record(record: SourceRecord, size: number): void
  unchanged(key: RecordKey): void
  reject(rejected: RejectedRecord): void
  /** Whether the page has to be yielded before anything of this size is added. */
  isFull(size?: number): boolean
  isEmpty(): boolean
  /** What was gathered, and starts anew. */
  take(): Page
}

export const createPagePacker = (): PagePacker => {
  let records: SourceRecord[] = []
  let unchanged: RecordKey[] = []
  let rejected: RejectedRecord[] = []
  let chars = 0
  return {
    record(record, size) {
      records.push(record)
      chars += size
    },
    unchanged: (key) => void unchanged.push(key),
    reject(entry) {
      rejected.push(entry)
      chars += (entry.raw?.length ?? 0) + entry.message.length
    },
    isFull: (size = 0) => Math.max(records.length, unchanged.length, rejected.length) >= MAX_RECORDS || (chars > 0 && chars + size > MAX_CHARS),
    isEmpty: () => records.length + unchanged.length + rejected.length === 0,
    take() {
      const page: Page = { records, ...(unchanged.length > 0 ? { unchanged } : {}), ...(rejected.length > 0 ? { rejected } : {}) }
      records = []
      unchanged = []
      rejected = []
      chars = 0
      return page
    },
  }
}

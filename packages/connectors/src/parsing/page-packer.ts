import type { Caveat, Page, RecordKey, RejectedRecord, SourceRecord } from '@inlet/connector-sdk'

const MAX_RECORDS = 1000
/** In characters, so that even with text beyond ASCII and escapes a page stays at about the 1 MiB it may have. */
const MAX_CHARS = 512 * 1024

/** Collects what belongs on one page. */
export interface PagePacker {
  record(record: SourceRecord, size: number): void
  unchanged(key: RecordKey): void
  reject(rejected: RejectedRecord): void
  /** Adds caveats about the content; they never fill a page. */
  caveats(found: readonly Caveat[]): void
  /** Whether the page must be yielded before anything of this size is added. */
  isFull(size?: number): boolean
  isEmpty(): boolean
  /** Returns what was collected, and starts again. */
  take(): Page
}

export const createPagePacker = (): PagePacker => {
  let records: SourceRecord[] = []
  let unchanged: RecordKey[] = []
  let rejected: RejectedRecord[] = []
  let caveats: Caveat[] = []
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
    caveats: (found) => void (caveats = merged(caveats, found)),
    isFull: (size = 0) => Math.max(records.length, unchanged.length, rejected.length) >= MAX_RECORDS || (chars > 0 && chars + size > MAX_CHARS),
    isEmpty: () => records.length + unchanged.length + rejected.length + caveats.length === 0,
    take() {
      const page: Page = {
        records,
        ...(unchanged.length > 0 ? { unchanged } : {}),
        ...(rejected.length > 0 ? { rejected } : {}),
        ...(caveats.length > 0 ? { caveats } : {}),
      }
      records = []
      unchanged = []
      rejected = []
      caveats = []
      chars = 0
      return page
    },
  }
}

/** A run keeps few examples, so beyond this many a page only counts. */
const MAX_EXAMPLES = 20

const merged = (before: readonly Caveat[], found: readonly Caveat[]): Caveat[] => {
  const all = [...before]
  for (const caveat of found) {
    const { kind, count = 1, of = Math.max(count, 1), example } = caveat
    const at = all.findIndex((other) => other.kind === kind && (example === undefined || all.length >= MAX_EXAMPLES))
    const same = all[at]
    if (same === undefined) all.push(caveat)
    else all[at] = { ...same, count: (same.count ?? 1) + count, of: (same.of ?? Math.max(same.count ?? 1, 1)) + of }
  }
  return all
}

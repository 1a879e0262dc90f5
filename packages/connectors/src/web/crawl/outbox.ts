import type { Page, SourceRecord } from '@inlet/connector-sdk'

const MAX_RECORDS = 100
const MAX_BYTES = 1_048_576
const MAX_UNCHANGED = 500
/** How many pages may wait for the consumer before fetching pauses. */
const PAGES_AHEAD = 2
/** Even a slow crawl shows what it has after this time. */
const FLUSH_MS = 3_000

/** A bounded buffer between the crawl, which puts records, and the generator, which takes pages. */
export interface Outbox {
  put(record: SourceRecord, bytes: number): void
  putUnchanged(key: string): void
  /** False: the consumer is behind, so fetch no more. */
  readonly hasRoom: boolean
  /** Ends the input; `last` is merged into the last page. */
  end(last: Page): void
  /** Fails the consumer at once; what is buffered is dropped, because it will be read again. */
  fail(error: unknown): void
  /** Returns the next full page, or after a while whatever there is; null after the last. Throws what `fail` was given. */
  take(progress: () => NonNullable<Page['progress']>): Promise<Page | null>
}

export const createOutbox = (options: { readonly onRoom: () => void; readonly flushMs?: number }): Outbox => {
  const records: { readonly record: SourceRecord; readonly bytes: number }[] = []
  const unchanged: string[] = []
  let bytes = 0
  let last: Page | null | undefined
  let failure: { readonly error: unknown } | undefined
  let wake: (() => void) | undefined

  const hasPage = (): boolean => records.length >= MAX_RECORDS || bytes >= MAX_BYTES || unchanged.length >= MAX_UNCHANGED
  const isEmpty = (): boolean => records.length === 0 && unchanged.length === 0
  const isReady = (): boolean => failure !== undefined || last !== undefined || hasPage()
  const changed = (): void => {
    if (isReady()) wake?.()
  }
  const cut = (): Page => {
    let count = 0
    let size = 0
    while (count < records.length && count < MAX_RECORDS) {
      const next = records[count]?.bytes ?? 0
      if (count > 0 && size + next > MAX_BYTES) break
      size += next
      count++
    }
    bytes -= size
    const page = { records: records.splice(0, count).map((entry) => entry.record), unchanged: unchanged.splice(0, MAX_UNCHANGED) }
    options.onRoom()
    return page
  }
  const wait = async (): Promise<void> => {
    while (!isReady()) {
      let timer: NodeJS.Timeout | undefined
      let timedOut = false
      await new Promise<void>((resolve) => {
        wake = resolve
        timer = setTimeout(() => {
          timedOut = true
          resolve()
        }, options.flushMs ?? FLUSH_MS)
      })
      clearTimeout(timer)
      wake = undefined
      if (timedOut && !isEmpty()) return
    }
  }
  return {
    put(record, size) {
      records.push({ record, bytes: size })
      bytes += size
      changed()
    },
    putUnchanged(key) {
      unchanged.push(key)
      changed()
    },
    get hasRoom() {
      return records.length < PAGES_AHEAD * MAX_RECORDS && bytes < PAGES_AHEAD * MAX_BYTES && unchanged.length < PAGES_AHEAD * MAX_UNCHANGED
    },
    end(page) {
      last = page
      changed()
    },
    fail(error) {
      failure ??= { error }
      changed()
    },
    async take(progress) {
      await wait()
      if (failure !== undefined) throw failure.error
      if (!isEmpty()) return { ...cut(), progress: progress() }
      const page = last ?? null
      last = null
      return page
    },
  }
}

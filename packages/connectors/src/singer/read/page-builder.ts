import { canonicalJson, Failure, type Page, type RejectedRecord, type SourceRecord } from '@inlet/connector-sdk'

/** Collects what a tap writes into pages. A page carries a cursor only if nothing in it came after the STATE. */
export interface PageBuilder {
  /** @param bytes approximate size of the record as JSON */
  add(record: SourceRecord, bytes: number): readonly Page[]
  reject(rejected: RejectedRecord): readonly Page[]
  /** Records a STATE, which covers everything added before. Throws CURSOR_TOO_LARGE. */
  mark(state: unknown): readonly Page[]
  /** Returns what is left: up to the last STATE, and with `all` also what came after it. */
  finish(all: boolean): readonly Page[]
}

export interface PageRules {
  readonly maxRecords: number
  /** Whether a STATE becomes a cursor. */
  readonly keepsState: boolean
  /** In milliseconds; for pages of slow taps. */
  readonly now: () => number
}

const MAX_BYTES = 1_000_000
const MAX_STATE_BYTES = 8 * 1024 - 100
/** A STATE ends a page that is this full or this old; many taps write one with every record. */
const WORTH_RECORDS = 100
const WORTH_MS = 5_000

export const createPageBuilder = (rules: PageRules): PageBuilder => {
  let records: { readonly record: SourceRecord; readonly bytes: number }[] = []
  let rejected: RejectedRecord[] = []
  let bytes = 0
  let covered = 0
  let state: string | null = null
  let last = rules.now()

  const cutTo = (count: number, cursor: boolean): Page => {
    const page = {
      records: records.slice(0, count).map(({ record }) => record),
      ...(rejected.length > 0 && { rejected }),
      ...(cursor && state !== null && { cursor: { state } }),
    }
    records = records.slice(count)
    rejected = []
    bytes = records.reduce((sum, one) => sum + one.bytes, 0)
    covered = 0
    if (cursor) state = null
    last = rules.now()
    return page
  }
  const cutCovered = (): readonly Page[] => (state === null ? [] : [cutTo(covered, true)])
  const cutAll = (): readonly Page[] => [...cutCovered(), ...(records.length + rejected.length > 0 ? [cutTo(records.length, false)] : [])]
  const isFull = (): boolean => records.length >= rules.maxRecords || rejected.length >= rules.maxRecords

  return {
    add(record, size) {
      const before = records.length > 0 && bytes + size > MAX_BYTES ? cutAll() : []
      records.push({ record, bytes: size })
      bytes += size
      return isFull() ? [...before, ...cutAll()] : before
    },
    reject(one) {
      rejected.push(one)
      return isFull() ? cutAll() : []
    },
    mark(value) {
      if (!rules.keepsState) return []
      const text = canonicalJson(value)
      const size = Buffer.byteLength(JSON.stringify(text))
      if (size > MAX_STATE_BYTES)
        throw new Failure('CURSOR_TOO_LARGE', `the STATE of the tap has ${size} bytes; at most ${MAX_STATE_BYTES} can be kept`)
      state = text
      covered = records.length
      return covered >= Math.min(WORTH_RECORDS, rules.maxRecords) || rules.now() - last > WORTH_MS ? cutCovered() : []
    },
    finish: (all) => (all ? cutAll() : cutCovered()),
  }
}

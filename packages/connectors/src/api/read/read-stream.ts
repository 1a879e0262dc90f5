import { complete, Failure, incomplete, type Page, type ReadEnd, type ReadRequest, type RecordKey, type RejectedRecord } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import type { ApiConnection } from '../connection.js'
import { createTracker } from '../cursor/create-tracker.js'
import type { CursorTracker } from '../cursor/tracker.js'
import { type ListPage, readList } from './read-list.js'
import { type ParentRecord, readParents, withEnd } from './read-parents.js'
import { sortItems } from './sort-items.js'
import type { SizedRecord } from './to-record.js'

/** The progress of a read. */
interface Tally {
  done: number
  parents: number
  missing: number
  /** How many parents' lists could not be read, and why the first could not. */
  failed: number
  failure: Failure | null
  /** Why something was left out that is in quarantine or in the log: a sweep must not delete it, but the cursor may pass it. */
  leftOut: string | null
  /** Why something could not be seen at all: the cursor must not pass it, either. */
  unseen: string | null
}

/** Reads one stream; see `Connector.read`. Nested streams are read parent by parent, and their cursor is saved only at the end. */
export async function* readStream(connection: ApiConnection, stream: StreamConfig, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { config, now } = connection.ctx
  const tracker = createTracker({
    spec: stream.incremental,
    cursor: request.cursor,
    nowMs: now().getTime(),
    toleranceMs: config.futureToleranceSeconds * 1000,
  })
  const tally: Tally = { done: 0, parents: 0, missing: 0, failed: 0, failure: null, leftOut: null, unseen: null }
  const onBroken = (failure: Failure) => {
    tally.leftOut ??= 'a parent record has no usable key, so that what belongs to it was left out'
    connection.ctx.log.warn({ stream: stream.name, reason: failure.reason }, 'a parent without a usable key is left out, with its nested records')
  }
  const onEnd = (end: ReadEnd) => {
    if (!end.complete) tally.unseen ??= `the list of parents: ${end.message}`
  }
  for await (const parent of readParents(connection, stream, { signal: request.signal, onBroken, onEnd })) {
    tally.parents++
    yield* readOfParent(connection, { stream, parent, tracker, tally, signal: request.signal })
  }
  if (tally.parents > 0 && tally.missing === tally.parents) {
    throw new Failure('NOT_FOUND_UPSTREAM', `stream ${stream.name}: the API knows the path for none of its ${tally.parents} parents`)
  }
  if (tally.failure !== null && tally.failed === tally.parents) throw tally.failure
  if (tally.unseen !== null) return incomplete(tally.unseen)
  const cursor = tracker.atEnd()
  const sweep = stream.deletes === 'sweep' && tally.leftOut === null
  if (cursor !== undefined || sweep) yield { records: [], ...(cursor !== undefined && { cursor }), ...(sweep && { sweep: {} }) }
  return tally.leftOut === null ? complete('every list was read to its end') : incomplete(tally.leftOut)
}

interface ParentRead {
  readonly stream: StreamConfig
  readonly parent: ParentRecord
  readonly tracker: CursorTracker
  readonly tally: Tally
  readonly signal: AbortSignal
}

async function* readOfParent(connection: ApiConnection, read: ParentRead): AsyncGenerator<Page, void, void> {
  const { stream, parent, tracker, tally, signal } = read
  const isNested = stream.parent !== undefined
  const isNumbered = stream.pagination.kind === 'page' || stream.pagination.kind === 'offset'
  // Records that move while numbered pages are read would be skipped; a list that restarts at the cursor skips nothing.
  const raise = isNumbered && !isNested ? { raise: () => tracker.raise() } : {}
  try {
    const list = readList(connection, { stream, parents: parent.parents, params: tracker.params, token: tracker.token, signal, ...raise })
    const onEnd = (end: ReadEnd) => {
      if (!end.complete) tally.unseen ??= end.message
    }
    for await (const page of withEnd(list, onEnd)) {
      yield* toPages(page, read)
      if (!isNested && tracker.isDone()) return
    }
  } catch (error) {
    const isLost = isNested && error instanceof Failure
    if (isLost && error.reason === 'NOT_FOUND_UPSTREAM') {
      // A parent that disappeared between its list and this request has no children any more.
      tally.missing++
    } else if (isLost && error.reason === 'RECORD_INVALID') {
      tally.leftOut ??= error.message
      yield { records: [], rejected: [{ stream: stream.name, reason: error.reason, message: error.message }] }
    } else if (isLost && UNREADABLE.has(error.reason)) {
      tally.failed++
      tally.failure ??= error
      tally.unseen ??= error.message
      connection.ctx.log.warn({ stream: stream.name, reason: error.reason }, `the records of one parent could not be read: ${error.message}`)
    } else throw error
  }
}

/** The response for one parent says nothing about the next; only a list that cannot be read for any parent fails the stream. */
const UNREADABLE: ReadonlySet<string> = new Set(['UPSTREAM_INVALID', 'READING_INCOMPLETE', 'CONTENT_MISMATCH', 'RECORDS_PATH_NOT_FOUND'])

function* toPages(page: ListPage, { stream, parent, tracker, tally }: ParentRead): Generator<Page, void, void> {
  const sorted = sortItems(page, { stream, parentKey: parent.key, tracker })
  if (sorted.keyless > 0) tally.leftOut ??= 'a record without a key may be one that is stored'
  tally.unseen ??= page.doubt
  const reached = tracker.afterPage(page)
  // The order of one parent's records says nothing about the next parent's, and unseen records must not be passed.
  const cursor = stream.parent === undefined && tally.unseen === null ? reached : undefined
  const chunks = pack(sorted.records)
  for (const [index, chunk] of chunks.entries()) {
    tally.done += chunk.length
    const isLast = index === chunks.length - 1
    const extras = isLast
      ? { ...rejectedOf(sorted.rejected), ...unchangedOf(stream, sorted.rejectedKeys), ...(cursor !== undefined && { cursor }) }
      : {}
    if (chunk.length > 0 || Object.keys(extras).length > 0) yield toPage(chunk, extras, tally)
  }
}

const toPage = (chunk: readonly SizedRecord[], extras: Omit<Page, 'records'>, tally: Tally): Page => ({
  records: chunk.map((sized) => sized.record),
  ...extras,
  progress: { done: tally.done },
})
const rejectedOf = (rejected: readonly RejectedRecord[]) => (rejected.length > 0 ? { rejected } : {})
/** A sweep must not delete what exists but could not be stored. */
const unchangedOf = (stream: StreamConfig, rejectedKeys: readonly RecordKey[]) =>
  stream.deletes === 'sweep' && rejectedKeys.length > 0 ? { unchanged: rejectedKeys } : {}

const MAX_RECORDS = 1_000
const MAX_CHARACTERS = 900_000

/** Splits the records of a response into pages of at most 1,000 and about 1 MiB; returns at least one page, which may be empty. */
export const pack = (records: readonly SizedRecord[]): readonly (readonly SizedRecord[])[] => {
  const pages: SizedRecord[][] = [[]]
  let size = 0
  for (const record of records) {
    let page = pages.at(-1) ?? []
    if (page.length > 0 && (page.length >= MAX_RECORDS || size + record.size > MAX_CHARACTERS)) {
      page = []
      pages.push(page)
      size = 0
    }
    page.push(record)
    size += record.size
  }
  return pages
}

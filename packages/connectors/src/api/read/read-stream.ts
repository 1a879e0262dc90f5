import { Failure, type Page, type ReadRequest, type RecordKey, type RejectedRecord } from '@inlet/connector-sdk'
import type { StreamConfig } from '../config.js'
import type { ApiConnection } from '../connection.js'
import { createTracker } from '../cursor/create-tracker.js'
import type { CursorTracker } from '../cursor/tracker.js'
import { pack } from './pack.js'
import { type ListPage, readList } from './read-list.js'
import { type ParentRecord, readParents } from './read-parents.js'
import { sortItems } from './sort-items.js'
import { type SizedRecord } from './to-record.js'

/** What a read has done so far. */
interface Tally {
  done: number
  parents: number
  missing: number
  /** False once something was left out that a sweep must not delete. */
  complete: boolean
}

/** Reads one stream; see `Connector.read`. Nested streams are read parent by parent, and their cursor is saved at the end only. */
export async function* readStream(connection: ApiConnection, stream: StreamConfig, request: ReadRequest): AsyncGenerator<Page, void, void> {
  const { config, now } = connection.ctx
  const tracker = createTracker({
    spec: stream.incremental,
    cursor: request.cursor,
    nowMs: now().getTime(),
    toleranceMs: config.futureToleranceSeconds * 1000,
  })
  const tally: Tally = { done: 0, parents: 0, missing: 0, complete: true }
  const onBroken = (failure: Failure) => {
    tally.complete = false
    connection.ctx.log.warn({ stream: stream.name, reason: failure.reason }, 'a parent record has no usable key; what belongs to it is left out')
  }
  for await (const parent of readParents(connection, stream, { signal: request.signal, onBroken })) {
    tally.parents++
    yield* readOfParent(connection, { stream, parent, tracker, tally, signal: request.signal })
  }
  if (tally.parents > 0 && tally.missing === tally.parents) {
    throw new Failure('NOT_FOUND_UPSTREAM', `stream ${stream.name}: the API knows the path for none of its ${tally.parents} parents`)
  }
  const cursor = tracker.atEnd()
  const sweep = stream.deletes === 'sweep' && tally.complete
  if (cursor !== undefined || sweep) yield { records: [], ...(cursor !== undefined && { cursor }), ...(sweep && { sweep: {} }) }
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
  // Records that move while numbered pages are read would be skipped; a list that begins anew at the cursor skips nothing.
  const raise = isNumbered && !isNested ? { raise: () => tracker.raise() } : {}
  try {
    for await (const page of readList(connection, {
      stream,
      parents: parent.parents,
      params: tracker.params,
      token: tracker.token,
      signal,
      ...raise,
    })) {
      yield* toPages(page, read)
      if (!isNested && tracker.isDone()) return
    }
  } catch (error) {
    const isLost = isNested && error instanceof Failure
    if (isLost && error.reason === 'NOT_FOUND_UPSTREAM') {
      // A parent that went away between its list and this request has no children any more.
      tally.missing++
    } else if (isLost && error.reason === 'RECORD_INVALID') {
      tally.complete = false
      yield { records: [], rejected: [{ stream: stream.name, reason: error.reason, message: error.message }] }
    } else throw error
  }
}

function* toPages(page: ListPage, { stream, parent, tracker, tally }: ParentRead): Generator<Page, void, void> {
  const sorted = sortItems(page, { stream, parentKey: parent.key, tracker })
  if (sorted.keyless > 0) tally.complete = false
  const cursor = stream.parent === undefined ? tracker.afterPage(page) : afterNestedPage(tracker, page)
  const chunks = pack(sorted.records)
  for (const [index, chunk] of chunks.entries()) {
    tally.done += chunk.length
    const isLast = index === chunks.length - 1
    const extras = isLast ? { ...rejectedOf(sorted.rejected), ...keptOf(stream, sorted.kept), ...(cursor !== undefined && { cursor }) } : {}
    if (chunk.length > 0 || Object.keys(extras).length > 0) yield toPage(chunk, extras, tally)
  }
}

/** The order of one parent's records says nothing about the next parent's. */
const afterNestedPage = (tracker: CursorTracker, page: ListPage): undefined => {
  tracker.afterPage(page)
  return undefined
}

const toPage = (chunk: readonly SizedRecord[], extras: Omit<Page, 'records'>, tally: Tally): Page => ({
  records: chunk.map((sized) => sized.record),
  ...extras,
  progress: { done: tally.done },
})
const rejectedOf = (rejected: readonly RejectedRecord[]) => (rejected.length > 0 ? { rejected } : {})
/** A sweep must not delete what exists and could not be stored. */
const keptOf = (stream: StreamConfig, kept: readonly RecordKey[]) => (stream.deletes === 'sweep' && kept.length > 0 ? { unchanged: kept } : {})

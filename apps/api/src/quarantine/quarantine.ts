import { parseJsonLossless } from '@inlet/connector-sdk'
import { type Endpoints, editedRecord, type QuarantinedView } from '@inlet/contract'
import {
  dropQuarantine,
  dropQuarantined,
  findQuarantined,
  listQuarantine,
  nameActors,
  type QuarantineRow,
  retryQuarantine,
  retryQuarantined,
} from '@inlet/db'
import { canonicalJson, Failure, whyNotRetryable } from '@inlet/domain'
import { toPosition } from '@inlet/mapping'
import { z } from 'zod'
import { InvalidRequest, parseWith } from '../http/failures.js'
import { listName, toPage } from '../http/page-token.js'
import { JSON_LIMITS, parseJson } from '../http/parse-json.js'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../source-access/after-commit.js'
import { getSourceId, sourceNotFound } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** The dependencies of the quarantine endpoints. */
type QuarantineDeps = Pick<SourceDeps, 'database' | 'queues' | 'tokens' | 'log'>

const position = z.tuple([z.string()])

const listQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['listQuarantine']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listQuarantine', { ...query, sourceId })
    const beforeId = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const { run: runId, stream, reason, state } = query
    const rows = await listQuarantine(deps.database, { sourceId, runId, stream, reason, state, beforeId, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.id]))
    const nameOf = await namesOf(deps, page.items)
    return { status: 200, body: { ...page, items: page.items.map((row) => toQuarantinedView(row, nameOf)) } }
  }

/** Assembles the JSON around the record texts, so that their numbers keep all digits. */
const getQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['getQuarantined']> =>
  async ({ params }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const view = JSON.stringify(toQuarantinedView(row, await namesOf(deps, [row])))
    return { status: 200, json: `${view.slice(0, -1)},"record":${row.record ?? 'null'},"edited":${row.edited ?? 'null'}}` }
  }

const quarantinedNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such record in quarantine')

const retryQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantined']> =>
  async ({ params, body, actor }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const edited = parseEdited(body, row.stream)
    const whyNot = whyNotRetryable({ ...row, state: 'open', hasRecord: row.hasRecord || edited !== null })
    if (whyNot !== null) throw new Failure('NOT_RETRYABLE', whyNot)
    const started = await retryQuarantined(deps.database, { id: row.id, edited }, actor)
    if (started === null) throw quarantinedNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }

const retryQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { before, ...choice } = body
    const started = await retryQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    if (started === null) throw sourceNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }

const dropQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantined']> =>
  async ({ params, actor }) => {
    if (!(await dropQuarantined(deps.database, params.id, actor))) throw quarantinedNotFound()
    return { status: 204 }
  }

const dropQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { before, ...choice } = body
    const dropped = await dropQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    return { status: 200, body: { dropped } }
  }

export const createQuarantineHandlers = (deps: QuarantineDeps) => ({
  listQuarantine: listQuarantineHandler(deps),
  getQuarantined: getQuarantinedHandler(deps),
  retryQuarantined: retryQuarantinedHandler(deps),
  dropQuarantined: dropQuarantinedHandler(deps),
  retryQuarantine: retryQuarantineHandler(deps),
  dropQuarantine: dropQuarantineHandler(deps),
})

/**
 * Returns JSON text of the record sent in place of a quarantined one; null when there is none. Throws MALFORMED_JSON with line and column,
 * VALIDATION_FAILED naming each field, RECORD_INVALID for values that no record can hold.
 */
const parseEdited = (body: { readonly record?: unknown; readonly raw?: string | undefined }, stream: string): string | null => {
  const given = body.raw === undefined ? body.record : parseText(body.raw)
  if (given === undefined) return null
  const field = body.raw === undefined ? 'record' : 'raw'
  const record = parseWith(editedRecord, given, [field])
  if (record.stream !== undefined && record.stream !== stream)
    throw new InvalidRequest([{ path: `${field}.stream`, code: 'other_stream', message: `must be "${stream}", the stream it was read from` }])
  // Keeps the digits of its numbers as written.
  const exact = body.raw === undefined ? record : (parseJsonLossless(body.raw) as object)
  return canonicalJson({ ...exact, stream })
}

const parseText = (raw: string): unknown => {
  try {
    return parseJson(Buffer.from(raw), { ...JSON_LIMITS, anyNumbers: true })
  } catch (error) {
    const offset = error instanceof Failure && error.reason === 'MALFORMED_JSON' ? /position (\d+)/.exec(error.message)?.[1] : undefined
    if (offset === undefined) throw error
    const { line, column } = toPosition(raw, Number(offset))
    throw new Failure('MALFORMED_JSON', `raw is not valid JSON at line ${line}, column ${column}`, { field: 'raw', cause: error })
  }
}

type NameOf = (actor: string) => string | null

const namesOf = ({ database }: QuarantineDeps, rows: readonly QuarantineRow[]): Promise<NameOf> =>
  nameActors(
    database,
    rows.flatMap(({ stateBy }) => stateBy ?? []),
  )

/** Returns a row as the API shows it. */
const toQuarantinedView = (row: QuarantineRow, nameOf: NameOf): QuarantinedView => {
  const whyNot = whyNotRetryable(row)
  return {
    id: row.id,
    sourceId: row.sourceId,
    runId: row.runId,
    stream: row.stream,
    key: row.key,
    reason: row.reason,
    message: row.message,
    raw: row.raw,
    createdAt: row.createdAt.toISOString(),
    occurrences: row.occurrences,
    lastSeenAt: row.lastSeenAt.toISOString(),
    state: row.state,
    stateAt: row.stateAt?.toISOString() ?? null,
    stateBy: row.stateBy,
    stateByName: row.stateBy === null ? null : nameOf(row.stateBy),
    retryable: whyNot === null,
    whyNot,
    attempts: row.attempts,
    retryRunId: row.retryRunId,
    retryOutcome: row.outcome,
    resolution: row.resolution,
  }
}

import { Failure } from '@inlet/connector-sdk'
import type { Database, Notice, SqlConfig, Warn } from '../dialect.js'
import type { Field } from '../session/session.js'
import { decideDeletes, type StreamPlan } from './stream-plan.js'
import { type StreamSettings, settingsOf } from './stream-settings-of.js'

/** Where rows come from, before their contents are known. */
interface Origin {
  readonly from: string
  readonly select: string
  readonly key: readonly string[] | null
  /** Columns that the user may not read. */
  readonly hidden: readonly string[]
  readonly notices: readonly Notice[]
}

/**
 * Plans the read of a stream from the current schema, inside a transaction. Throws SCHEMA_CHANGED when a table or
 * column is gone, PERMISSION_DENIED, SQL_COLUMN_UNUSABLE, or a failure of the statement check.
 */
export const makePlan = async <C extends SqlConfig, T>(database: Database<C, T>, stream: string, warn: Warn): Promise<StreamPlan<T>> => {
  const { dialect, session, config } = database
  const settings = settingsOf(config, stream)
  const origin = settings.query === null ? await tableOrigin(database, stream) : await queryOrigin(database, stream, settings.query)
  for (const { fields, message } of origin.notices) warn(fields, message)
  if (settings.columns === null && origin.hidden.length > 0)
    warn({ columns: origin.hidden }, `the ${dialect.user} may not read these columns; they are left out`)

  const fields = await session.describe(`SELECT ${origin.select} FROM ${origin.from}`)
  const names = fields.map((field) => field.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Failure('SQL_COLUMN_UNUSABLE', `${stream} has two columns named ${twice}`)
  const usable = fields.filter((field) => dialect.cursorKindOf(field.type) !== null).map((field) => field.name)
  const cursorName = chooseCursor(settings.cursorColumn, config.cursorColumns, usable)
  const keyNames = settings.keyColumns ?? origin.key ?? []
  const named = namedColumns(settings, [cursorName, ...keyNames])
  const missing = named.find((name) => !names.includes(name))
  if (missing !== undefined) throw missingColumn(stream, missing, { names, hidden: origin.hidden, user: dialect.user })

  const stored = new Set(settings.columns ?? names)
  const wanted = fields.filter(({ name }) => stored.has(name) || named.includes(name))
  const values = await dialect.planValues(session, wanted, { config, warn })
  const columns = wanted.map(({ name, type }, at) => ({ name, type, ...(values[at] ?? PLAIN), stored: stored.has(name) }))
  const placeOf = (name: string): number => columns.findIndex((column) => column.name === name)
  return {
    stream,
    from: origin.from,
    columns,
    key: keyNames.map(placeOf),
    cursor: cursorName === null ? null : cursorPlan(database, stream, { at: placeOf(cursorName), columns }),
    deletes: decideDeletes(config, settings.mapping, cursorName !== null),
    mapping: settings.mapping,
  }
}

const PLAIN = { convert: null, toKey: null, live: null }

/** Returns all columns without which a stream cannot be read. */
const namedColumns = ({ mapping, columns }: StreamSettings, order: readonly (string | null)[]): readonly string[] =>
  [
    ...order,
    mapping.titleColumn,
    mapping.urlColumn,
    mapping.occurredAtColumn,
    mapping.softDeleteColumn,
    ...(mapping.textColumns ?? []),
    ...(columns ?? []),
  ].filter((name) => name != null)

const tableOrigin = async <C extends SqlConfig, T>({ dialect, session, config }: Database<C, T>, stream: string): Promise<Origin> => {
  const [relation] = await dialect.findRelations(session, [stream])
  if (relation === undefined || relation.columns.length === 0) {
    await dialect.probe(session, stream)
    throw new Failure('SCHEMA_CHANGED', `the table ${stream} ${relation === undefined ? 'does not exist' : 'has no columns'}`)
  }
  const [readable, hidden] = [true, false].map((wanted) => relation.columns.filter((column) => column.readable === wanted).map(({ name }) => name))
  if (readable === undefined || readable.length === 0)
    throw new Failure('PERMISSION_DENIED', `the ${dialect.user} may not read ${stream}; it needs: GRANT SELECT ON ${stream} TO ${config.user}`)
  const select = readable.map((name) => dialect.syntax.name({ name, type: undefined as T })).join(', ')
  return { from: relation.from, select, key: relation.key, hidden: hidden ?? [], notices: relation.notices }
}

const queryOrigin = async <C extends SqlConfig, T>(
  { dialect, session, config }: Database<C, T>,
  stream: string,
  query: NonNullable<StreamSettings['query']>,
): Promise<Origin> => {
  const sql = await dialect.prepareQuery(session, { stream, ...query }, config)
  return { from: `(\n${sql}\n) AS t`, select: 't.*', key: null, hidden: [], notices: [] }
}

interface Columns {
  /** The readable columns. */
  readonly names: readonly string[]
  readonly hidden: readonly string[]
  readonly user: string
}

const MAX_NAMED = 20

/** The message lists the existing columns, among which a renamed one is found. */
const missingColumn = (stream: string, name: string, { names, hidden, user }: Columns): Failure =>
  hidden.includes(name)
    ? new Failure('PERMISSION_DENIED', `the ${user} may not read the column ${name} of ${stream}`)
    : new Failure(
        'SCHEMA_CHANGED',
        `${stream} has no column ${name}, but ${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ', …' : ''}`,
      )

const cursorPlan = <C extends SqlConfig, T>(
  { dialect }: Database<C, T>,
  stream: string,
  { at, columns }: { readonly at: number; readonly columns: readonly Field<T>[] },
): StreamPlan<T>['cursor'] => {
  const column = columns[at]
  const kind = column === undefined ? null : dialect.cursorKindOf(column.type)
  if (kind === null)
    throw new Failure('SQL_COLUMN_UNUSABLE', `the column ${column?.name} of ${stream} is neither a timestamp, a date nor a whole number`)
  return { at, kind }
}

/** Chooses the cursor column of a stream: the requested one, or the first candidate with a usable type; null: read in full. */
export const chooseCursor = (wanted: string | null | undefined, candidates: readonly string[], usable: readonly string[]): string | null =>
  wanted === undefined ? (candidates.find((name) => usable.includes(name)) ?? null) : wanted

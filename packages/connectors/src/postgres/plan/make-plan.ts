import { Failure } from '@inlet/connector-sdk'
import { chooseCursor } from '../../sql/plan/choose-cursor.js'
import { decideDeletes } from '../../sql/plan/decide-deletes.js'
import { type StreamSettings, settingsOf } from '../../sql/plan/stream-settings-of.js'
import type { PostgresConfig } from '../config.js'
import type { Session } from '../session/session.js'
import { checkStatement } from '../sql/check-statement.js'
import { checkVolatility } from '../sql/check-volatility.js'
import { quoteName, quoteNames } from '../sql/quote.js'
import { roleValuesOf } from '../values/column-values.js'
import { resolveConverters } from '../values/resolve-types.js'
import { cursorKindOf } from './cursor-kind.js'
import type { PostgresPlan } from './postgres-plan.js'
import { findRelations } from './relation.js'

/** Where rows come from, before it is known what is in them. */
interface Origin {
  readonly from: string
  readonly select: string
  readonly key: readonly string[] | null
  readonly hidden: readonly string[]
  readonly heirs: readonly string[]
}

/**
 * Plans the read of a stream by what the database has now, inside a transaction. Throws SCHEMA_CHANGED when a table or
 * column is gone, PERMISSION_DENIED, SQL_COLUMN_UNUSABLE, or a failure of the statement check.
 */
export const makePlan = async (
  session: Session,
  config: PostgresConfig,
  stream: string,
): Promise<PostgresPlan & Pick<Origin, 'hidden' | 'heirs'>> => {
  const settings = settingsOf(config, stream)
  const origin = settings.query === null ? await tableOrigin(session, settings) : await queryOrigin(session, config, settings)
  const fields = await session.describe(`SELECT ${origin.select} FROM ${origin.from}`)
  const names = fields.map((field) => field.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Failure('SQL_COLUMN_UNUSABLE', `${stream} has two columns named ${twice}`)

  const cursorName = chooseCursor(
    settings.cursorColumn,
    config.cursorColumns,
    fields.filter((field) => cursorKindOf(field.dataTypeID) !== null).map((field) => field.name),
  )
  const keyNames = settings.keyColumns ?? origin.key ?? []
  const { mapping } = settings
  const used = [cursorName, ...keyNames, mapping.titleColumn, mapping.urlColumn, mapping.occurredAtColumn, mapping.softDeleteColumn]
  const named = [...used, ...(mapping.textColumns ?? []), ...(settings.columns ?? [])].filter((name) => name != null)
  const missing = named.find((name) => !names.includes(name))
  if (missing !== undefined) throw missingColumn(stream, missing, origin.hidden)

  const stored = new Set(settings.columns ?? names)
  const wanted = fields.filter(({ name }) => stored.has(name) || named.includes(name))
  const converters = await resolveConverters(
    session,
    wanted.map((field) => field.dataTypeID),
  )
  const columns = wanted.map(({ name, dataTypeID: oid }) => ({
    name,
    oid,
    convert: converters.get(oid) ?? null,
    ...roleValuesOf(oid),
    stored: stored.has(name),
  }))
  const placeOf = (name: string): number => columns.findIndex((column) => column.name === name)
  return {
    stream,
    from: origin.from,
    columns,
    key: keyNames.map(placeOf),
    cursor: cursorName === null ? null : cursorPlan(stream, cursorName, { at: placeOf(cursorName), columns }),
    deletes: decideDeletes(config, mapping, cursorName !== null),
    mapping,
    hidden: settings.columns === null ? origin.hidden : [],
    heirs: origin.heirs,
  }
}

const tableOrigin = async (session: Session, { stream }: StreamSettings): Promise<Origin> => {
  const [relation] = await findRelations(session, [stream])
  if (relation === undefined) throw new Failure('SCHEMA_CHANGED', `the table ${stream} does not exist`)
  const readable = relation.columns.filter((column) => column.readable).map((column) => column.name)
  const hidden = relation.columns.filter((column) => !column.readable).map((column) => column.name)
  if (readable.length === 0) {
    if (hidden.length > 0) throw new Failure('PERMISSION_DENIED', `the role may not read ${stream}; it needs: GRANT SELECT ON ${stream}`)
    throw new Failure('SCHEMA_CHANGED', `the table ${stream} has no columns`)
  }
  const name = `${quoteName(relation.schema)}.${quoteName(relation.table)}`
  // The primary key holds for the table's own rows only: those of inheriting tables would share keys with them, and be read twice.
  const from = relation.only ? `ONLY ${name}` : name
  return { from: `${from} AS t`, select: quoteNames(readable), key: relation.key, hidden, heirs: relation.heirs }
}

const queryOrigin = async (session: Session, config: PostgresConfig, { stream, query }: StreamSettings): Promise<Origin> => {
  const { sql, usage } = await checkStatement(query?.sql ?? '', { field: query?.field ?? '', allowFunctions: config.allowFunctions })
  await checkVolatility(session, usage, stream)
  return { from: `(\n${sql}\n) AS t`, select: 't.*', key: null, hidden: [], heirs: [] }
}

const missingColumn = (stream: string, name: string, hidden: readonly string[]): Failure =>
  hidden.includes(name)
    ? new Failure('PERMISSION_DENIED', `the role may not read the column ${name} of ${stream}`)
    : new Failure('SCHEMA_CHANGED', `${stream} has no column ${name}`)

const cursorPlan = (
  stream: string,
  name: string,
  { at, columns }: { readonly at: number; readonly columns: readonly { readonly oid: number }[] },
): PostgresPlan['cursor'] => {
  const kind = cursorKindOf(columns[at]?.oid ?? 0)
  if (kind === null) throw new Failure('SQL_COLUMN_UNUSABLE', `the column ${name} of ${stream} is neither a timestamp, a date nor a whole number`)
  return { at, kind }
}

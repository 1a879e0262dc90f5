import { Failure } from '@inlet/connector-sdk'
import { chooseCursor } from '../../sql/plan/choose-cursor.js'
import { decideDeletes } from '../../sql/plan/decide-deletes.js'
import { type StreamSettings, settingsOf } from '../../sql/plan/stream-settings-of.js'
import type { MysqlConfig } from '../config.js'
import type { Session } from '../session/session.js'
import { checkRoutines } from '../sql/check-routines.js'
import { checkStatement } from '../sql/check-statement.js'
import { quoteName } from '../sql/literal.js'
import { convertOf, roleValuesOf } from '../values/convert.js'
import { cursorKindOf } from './cursor-kind.js'
import type { MysqlPlan } from './mysql-plan.js'
import { quoteRelation } from './quote-relation.js'
import { findRelations } from './relation.js'

/** Where rows come from, before it is known what is in them. */
interface Origin {
  readonly from: string
  readonly select: string
  readonly key: readonly string[] | null
  readonly hidden: readonly string[]
}

interface PlanOptions {
  readonly stream: string
  /** Called with the name of a column for each zero date that is stored as null. */
  readonly onZeroDate: (column: string) => void
}

/**
 * Plans the read of a stream by what the database has now, inside a transaction. Throws SCHEMA_CHANGED when a table or
 * column is gone, PERMISSION_DENIED, SQL_COLUMN_UNUSABLE, or a failure of the statement check.
 */
export const makePlan = async (
  session: Session,
  config: MysqlConfig,
  { stream, onZeroDate }: PlanOptions,
): Promise<MysqlPlan & { readonly hidden: readonly string[] }> => {
  const settings = settingsOf(config, stream)
  const origin = settings.query === null ? await tableOrigin(session, settings) : await queryOrigin(session, config, settings)
  const fields = await session.describe(`SELECT ${origin.select} FROM ${origin.from}`)
  const names = fields.map((field) => field.name)
  const usable = fields.filter((field) => cursorKindOf(field.type.kind) !== null).map((field) => field.name)
  const cursorName = chooseCursor(settings.cursorColumn, config.cursorColumns, usable)
  const keyNames = settings.keyColumns ?? origin.key ?? []
  const { mapping } = settings
  const used = [cursorName, ...keyNames, mapping.titleColumn, mapping.urlColumn, mapping.occurredAtColumn, mapping.softDeleteColumn]
  const named = [...used, ...(mapping.textColumns ?? []), ...(settings.columns ?? [])].filter((name) => name != null)
  const missing = named.find((name) => !names.includes(name))
  if (missing !== undefined) throw missingColumn(stream, missing, origin.hidden)

  const stored = new Set(settings.columns ?? names)
  const zeroDateOf = (name: string) => (text: string) => {
    if (config.zeroDates === 'reject') throw new Failure('RECORD_INVALID', `the column ${name} holds ${text}, which is no date`)
    onZeroDate(name)
    return null
  }
  const columns = fields
    .filter(({ name }) => stored.has(name) || named.includes(name))
    .map(({ name, type }) => ({ name, type, convert: convertOf(type, zeroDateOf(name)), ...roleValuesOf(type), stored: stored.has(name) }))
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
  }
}

const tableOrigin = async (session: Session, { stream }: StreamSettings): Promise<Origin> => {
  const [relation] = await findRelations(session, [stream])
  const from = `${quoteRelation(stream)} AS t`
  if (relation === undefined || relation.columns.length === 0) {
    // What the account may not see is missing in the information schema; the server's own answer tells it from what is not there.
    await session.describe(`SELECT 1 FROM ${from}`)
    throw new Failure('SCHEMA_CHANGED', `the table ${stream} does not exist`)
  }
  const readable = relation.columns.filter((column) => column.readable).map((column) => column.name)
  const hidden = relation.columns.filter((column) => !column.readable).map((column) => column.name)
  if (readable.length === 0) throw new Failure('PERMISSION_DENIED', `the account may not read ${stream}; it needs: GRANT SELECT ON ${stream}`)
  return { from, select: readable.map((name) => `t.${quoteName(name)}`).join(', '), key: relation.key, hidden }
}

const queryOrigin = async (session: Session, config: MysqlConfig, { stream, query }: StreamSettings): Promise<Origin> => {
  const { sql, functions } = checkStatement(query?.sql ?? '', { field: query?.field ?? '', allowFunctions: config.allowFunctions })
  await checkRoutines(session, functions, stream)
  return { from: `(\n${sql}\n) AS t`, select: 't.*', key: null, hidden: [] }
}

const missingColumn = (stream: string, name: string, hidden: readonly string[]): Failure =>
  hidden.includes(name)
    ? new Failure('PERMISSION_DENIED', `the account may not read the column ${name} of ${stream}`)
    : new Failure('SCHEMA_CHANGED', `${stream} has no column ${name}`)

const cursorPlan = (
  stream: string,
  name: string,
  { at, columns }: { readonly at: number; readonly columns: MysqlPlan['columns'] },
): MysqlPlan['cursor'] => {
  const kind = cursorKindOf(columns[at]?.type.kind ?? 'text')
  if (kind === null) throw new Failure('SQL_COLUMN_UNUSABLE', `the column ${name} of ${stream} is neither a timestamp, a date nor a whole number`)
  return { at, kind }
}

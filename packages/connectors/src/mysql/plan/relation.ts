import type { Relation, RelationColumn } from '../../sql/dialect.js'
import type { SqlSession } from '../../sql/session/session.js'
import type { MysqlConfig } from '../config.js'
import { quoteName, textList } from '../sql/literal.js'
import { CURSOR_TYPES } from './syntax.js'

type Session = Pick<SqlSession<unknown>, 'query'>

interface Scope {
  readonly databases: readonly string[]
  /** Null: all tables of the databases. */
  readonly tables: readonly string[] | null
}

const inScope = ({ databases, tables }: Scope): string =>
  `TABLE_SCHEMA IN (${textList(databases)})${tables === null ? '' : ` AND TABLE_NAME IN (${textList(tables)})`}`

/** Lists the tables, and views if configured, of the configured databases, as the information schema shows them to this account. */
export const listRelations = (session: Session, { databases, includeViews }: MysqlConfig): Promise<readonly Relation[]> =>
  load(session, { databases, tables: null }, includeViews)

/** Finds the relations of these names (`database.table`) that exist. */
export const findRelations = async (session: Session, names: readonly string[]): Promise<readonly Relation[]> => {
  if (names.length === 0) return []
  const parts = names.map(splitName)
  const scope = { databases: [...new Set(parts.map((part) => part.database))], tables: [...new Set(parts.map((part) => part.table))] }
  // The information schema compares case-insensitively; stream names are case-sensitive.
  return (await load(session, scope, true)).filter((relation) => names.includes(relation.name))
}

const splitName = (name: string): { readonly database: string; readonly table: string } => {
  const dot = name.indexOf('.')
  return { database: name.slice(0, dot), table: name.slice(dot + 1) }
}

/** Returns what follows FROM for `database.table`; the first dot separates the two. */
export const fromRelation = (name: string): string => {
  const { database, table } = splitName(name)
  return `${quoteName(database)}.${quoteName(table)} AS t`
}

const load = async (session: Session, scope: Scope, views: boolean): Promise<readonly Relation[]> => {
  const types = ['BASE TABLE', 'SYSTEM VERSIONED', ...(views ? ['VIEW', 'SYSTEM VIEW'] : [])]
  const tables = await session.query(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE ${inScope(scope)} AND TABLE_TYPE IN (${textList(types)}) ORDER BY 1, 2`,
  )
  const columns = groupRows(
    await session.query(
      `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, PRIVILEGES FROM information_schema.COLUMNS WHERE ${inScope(scope)}
        ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    ),
  )
  const indexes = groupRows(
    await session.query(
      `SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, COLUMN_NAME, NULLABLE, SUB_PART FROM information_schema.STATISTICS
        WHERE ${inScope(scope)} AND NON_UNIQUE = 0 ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    ),
  )
  return tables.map(([database, table]) => {
    const name = `${database}.${table}`
    const own = (columns.get(name) ?? []).map(toColumn)
    return {
      name,
      table: table ?? '',
      from: fromRelation(name),
      readable: own.length === 0 || own.some((column) => column.readable),
      columns: own,
      key: chooseKey(indexes.get(name) ?? []),
      notices: [],
    }
  })
}

type Row = readonly (string | null)[]

/** Groups rows by the table in their first two columns, which are cut off. */
const groupRows = (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
  const groups = new Map<string, Row[]>()
  for (const [database, table, ...rest] of rows) {
    const name = `${database}.${table}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [rest])
    else group.push(rest)
  }
  return groups
}

const toColumn = ([name, type, privileges]: Row): RelationColumn => ({
  name: name ?? '',
  cursor: CURSOR_TYPES.has((type ?? '').toLowerCase()),
  readable: (privileges ?? '').toLowerCase().split(',').includes('select'),
})

/** @param rows index, column, nullable, prefix length; in the order of index and position. */
export const chooseKey = (rows: readonly Row[]): readonly string[] | null => {
  const indexes = new Map<string, { columns: string[]; usable: boolean }>()
  for (const [index, column, nullable, prefix] of rows) {
    const entry = indexes.get(index ?? '') ?? { columns: [], usable: true }
    indexes.set(index ?? '', entry)
    entry.columns.push(column ?? '')
    if (column == null || nullable === 'YES' || prefix != null) entry.usable = false
  }
  const usable = [...indexes].filter(([, entry]) => entry.usable)
  const primary = usable.find(([name]) => name === 'PRIMARY')
  const [smallest] = usable.toSorted(([a, one], [b, two]) => one.columns.length - two.columns.length || (a < b ? -1 : 1))
  return (primary ?? smallest)?.[1].columns ?? null
}

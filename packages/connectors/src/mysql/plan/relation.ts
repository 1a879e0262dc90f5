import type { Session } from '../session/session.js'
import { textList } from '../sql/literal.js'

export interface RelationColumn {
  readonly name: string
  /** Name of the type, e.g. `varchar`. */
  readonly type: string
  readonly readable: boolean
}

/** A table or view as the information schema describes it to this account: what it has no privilege for is missing. */
export interface Relation {
  /** `database.table`, the name of its stream. */
  readonly name: string
  readonly database: string
  readonly table: string
  readonly columns: readonly RelationColumn[]
  /** The primary key, else the smallest unique key without NULLs; null when there is none. */
  readonly key: readonly string[] | null
}

interface Scope {
  readonly databases: readonly string[]
  /** Null: all tables of the databases. */
  readonly tables: readonly string[] | null
}

const inScope = ({ databases, tables }: Scope): string =>
  `TABLE_SCHEMA IN (${textList(databases)})${tables === null ? '' : ` AND TABLE_NAME IN (${textList(tables)})`}`

/** Tables, and views if wanted, of these databases. */
export const listRelations = (session: Session, databases: readonly string[], views: boolean): Promise<readonly Relation[]> =>
  load(session, { databases, tables: null }, views)

/** The relations of these names (`database.table`) that exist. */
export const findRelations = async (session: Session, names: readonly string[]): Promise<readonly Relation[]> => {
  if (names.length === 0) return []
  const parts = names.map(splitName)
  const scope = { databases: [...new Set(parts.map((part) => part.database))], tables: [...new Set(parts.map((part) => part.table))] }
  // The information schema compares without case; names of streams do not.
  return (await load(session, scope, true)).filter((relation) => names.includes(relation.name))
}

export const splitName = (name: string): { readonly database: string; readonly table: string } => {
  const dot = name.indexOf('.')
  return { database: name.slice(0, dot), table: name.slice(dot + 1) }
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
    return {
      name,
      database: database ?? '',
      table: table ?? '',
      columns: (columns.get(name) ?? []).map(toColumn),
      key: chooseKey(indexes.get(name) ?? []),
    }
  })
}

type Row = readonly (string | null)[]

/** By the table in the first two columns, which are cut off. */
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
  type: (type ?? '').toLowerCase(),
  readable: (privileges ?? '').toLowerCase().split(',').includes('select'),
})

/** @param rows index, column, nullable, length of the prefix; in the order of index and place. */
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

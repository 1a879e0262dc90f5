import { Failure } from '@inlet/connector-sdk'
import type { SqlDialect, Warn } from '../sql/dialect.js'
import type { SqlSession } from '../sql/session/session.js'
import type { MysqlConfig } from './config.js'
import { findRelations, fromRelation, listRelations } from './plan/relation.js'
import { cursorKindOf, mysqlSyntax } from './plan/syntax.js'
import { readWindowClock } from './read/window.js'
import { openSession } from './session/create-session.js'
import { toMysqlFailure } from './session/mysql-failure.js'
import { checkStatement } from './sql/check-statement.js'
import { textList } from './sql/literal.js'
import type { ColumnType } from './values/column-type.js'
import { convertOf, type OnZeroDate, roleValuesOf } from './values/convert.js'

/** The MySQL and MariaDB dialect. */
export const mysqlDialect: SqlDialect<MysqlConfig, ColumnType> = {
  user: 'account',
  grant: 'SELECT on the tables',
  syntax: mysqlSyntax,

  openSession,
  toFailure: toMysqlFailure,

  async checkQuery({ sql, field }, { allowFunctions }) {
    checkStatement(sql, { field, allowFunctions })
  },
  async prepareQuery(session, { stream, sql, field }, { allowFunctions }) {
    const checked = checkStatement(sql, { field, allowFunctions })
    await checkRoutines(session, checked.functions, stream)
    return checked.sql
  },

  scope: ({ databases }) => `databases: ${databases.join(', ')}`,
  listRelations,
  findRelations,
  // The information schema omits what the account may not see; only the server's own response distinguishes that from what does not exist.
  async probe(session, name) {
    await session.describe(`SELECT 1 FROM ${fromRelation(name)}`)
  },

  cursorKindOf: ({ kind }) => cursorKindOf(kind),
  planValues(_session, fields, { config, warn }) {
    const zeroDates = createZeroDates(config, warn)
    return Promise.resolve(fields.map(({ name, type }) => ({ convert: convertOf(type, zeroDates(name)), ...roleValuesOf(type) })))
  },
  sameType: (one, other) => one.kind === other.kind,

  readWindowClock,
}

/** Returns what to do with zero dates of a column; warns once per column. */
const createZeroDates = ({ zeroDates }: Pick<MysqlConfig, 'zeroDates'>, warn: Warn): ((column: string) => OnZeroDate) => {
  const warned = new Set<string>()
  return (column) => (text) => {
    if (zeroDates === 'reject') throw new Failure('RECORD_INVALID', `the column ${column} contains ${text}, which is not a date`)
    if (!warned.has(column)) warn({ column }, 'the column holds zero dates, which are stored as null')
    warned.add(column)
    return null
  }
}

/**
 * Checks what only the database knows. Throws SQL_FUNCTION_NOT_ALLOWED for a statement that calls a stored function declared MODIFIES SQL
 * DATA. Names of the safe list are checked, too, because a server without such a built-in looks for a stored one.
 */
const checkRoutines = async (session: Pick<SqlSession<unknown>, 'query'>, functions: readonly string[], stream: string): Promise<void> => {
  if (functions.length === 0) return
  const names = textList(functions)
  const [found] = await session.query(
    `SELECT CONCAT(ROUTINE_SCHEMA, '.', ROUTINE_NAME) FROM information_schema.ROUTINES WHERE SQL_DATA_ACCESS = 'MODIFIES SQL DATA'
      AND (LOWER(CONCAT(ROUTINE_SCHEMA, '.', ROUTINE_NAME)) IN (${names}) OR (ROUTINE_SCHEMA = DATABASE() AND LOWER(ROUTINE_NAME) IN (${names}))) LIMIT 1`,
  )
  if (found?.[0] == null) return
  throw new Failure('SQL_FUNCTION_NOT_ALLOWED', `the statement of ${stream} calls ${found[0]}, which is declared MODIFIES SQL DATA`)
}

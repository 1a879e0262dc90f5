import { Failure } from '@inlet/connector-sdk'
import type { SqlDialect, Warn } from '../sql/dialect.js'
import type { MysqlConfig } from './config.js'
import { cursorKindOf } from './plan/cursor-kind.js'
import { findRelations, fromRelation, listRelations } from './plan/relation.js'
import { mysqlSyntax } from './plan/syntax.js'
import { takeClock } from './read/window.js'
import { openSession } from './session/create-session.js'
import { toMysqlFailure } from './session/mysql-failure.js'
import { checkRoutines } from './sql/check-routines.js'
import { checkStatement } from './sql/check-statement.js'
import type { ColumnType } from './values/column-type.js'
import { convertOf, type OnZeroDate, roleValuesOf } from './values/convert.js'

/** MySQL and MariaDB. */
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
  // The information schema leaves out what the account may not see; the server's own answer distinguishes it from what is not there.
  async probe(session, name) {
    await session.describe(`SELECT 1 FROM ${fromRelation(name)}`)
  },

  cursorKindOf: ({ kind }) => cursorKindOf(kind),
  planValues(_session, fields, { config, warn }) {
    const zeroDates = createZeroDates(config, warn)
    return Promise.resolve(fields.map(({ name, type }) => ({ convert: convertOf(type, zeroDates(name)), ...roleValuesOf(type) })))
  },
  sameType: (one, other) => one.kind === other.kind,

  takeClock,
}

/** What becomes of a zero date of a column; warns once of each column. */
const createZeroDates = ({ zeroDates }: Pick<MysqlConfig, 'zeroDates'>, warn: Warn): ((column: string) => OnZeroDate) => {
  const warned = new Set<string>()
  return (column) => (text) => {
    if (zeroDates === 'reject') throw new Failure('RECORD_INVALID', `the column ${column} holds ${text}, which is no date`)
    if (!warned.has(column)) warn({ column }, 'the column holds zero dates, which are stored as null')
    warned.add(column)
    return null
  }
}

import type { SqlDialect } from '../sql/dialect.js'
import type { PostgresConfig } from './config.js'
import { findRelations, listRelations } from './plan/relation.js'
import { cursorKindOf, postgresSyntax } from './plan/syntax.js'
import { readWindowClock } from './read/window.js'
import { createSession } from './session/create-session.js'
import { openClient } from './session/open-client.js'
import { toPgFailure } from './session/pg-failure.js'
import { checkStatement } from './sql/check-statement.js'
import { checkVolatility } from './sql/check-volatility.js'
import { roleValuesOf } from './values/column-values.js'
import { resolveConverters } from './values/resolve-types.js'

/** The PostgreSQL dialect; column types are OIDs of its catalog. */
export const postgresDialect: SqlDialect<PostgresConfig, number> = {
  user: 'role',
  grant: 'SELECT on the tables and USAGE on their schema',
  syntax: postgresSyntax,

  openSession: async (target, signal) => createSession(await openClient(target, signal), target.config),
  toFailure: toPgFailure,

  async checkQuery({ sql, field }, { allowFunctions }) {
    await checkStatement(sql, { field, allowFunctions })
  },
  async prepareQuery(session, { stream, sql, field }, { allowFunctions }) {
    const checked = await checkStatement(sql, { field, allowFunctions })
    await checkVolatility(session, checked.usage, stream)
    return checked.sql
  },

  scope: ({ database, schemas }) => `database ${database}, schemas: ${schemas.join(', ')}`,
  listRelations,
  findRelations,
  // The catalog also shows tables that the role may not read.
  probe: () => Promise.resolve(),

  cursorKindOf,
  async planValues(session, fields) {
    const types = fields.map((field) => field.type)
    const converters = await resolveConverters(session, types)
    return types.map((type) => ({ convert: converters.get(type) ?? null, ...roleValuesOf(type) }))
  },
  sameType: (one, other) => one === other,

  readWindowClock,
}

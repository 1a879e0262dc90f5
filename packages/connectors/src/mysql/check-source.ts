import { Failure } from '@inlet/connector-sdk'
import type { MysqlConfig } from './config.js'
import { findSelected, nothingSelected } from './discover.js'
import { makePlan } from './plan/make-plan.js'
import { quoteRelation } from './plan/quote-relation.js'
import { toMysqlFailure } from './session/mysql-failure.js'
import type { Session } from './session/session.js'

/**
 * Whether everything the source selects can be read: tables exist, the account may read them, statements run. Throws
 * NOT_FOUND_UPSTREAM, PERMISSION_DENIED, or what planning a query throws.
 */
export const checkSource = async (session: Session, config: MysqlConfig): Promise<void> => {
  const relations = await findSelected(session, config)
  const found = new Set(relations.map((relation) => relation.name))
  if (found.size + config.queries.length + config.tables.length === 0) throw nothingSelected(config)
  for (const { name } of config.tables.filter((table) => !found.has(table.name))) await tellMissing(session, name)
  const unreadable = relations.find((relation) => relation.columns.length > 0 && !relation.columns.some((column) => column.readable))
  if (unreadable !== undefined) {
    throw new Failure('PERMISSION_DENIED', `the account ${config.user} may not read ${unreadable.name}`, {
      next: 'Grant SELECT on the table, or leave it out by `exclude`.',
    })
  }
  for (const stream of [...config.tables, ...config.queries]) await makePlan(session, config, { stream: stream.name, onZeroDate: () => undefined })
}

/** What the account may not see and what is not there look the same in the information schema; the server's answer tells them apart. */
const tellMissing = async (session: Session, name: string): Promise<never> => {
  try {
    await session.describe(`SELECT 1 FROM ${quoteRelation(name)} AS t`)
  } catch (error) {
    const failure = toMysqlFailure(error, { doing: `looking for ${name}` })
    if (failure.reason !== 'SCHEMA_CHANGED') throw error
  }
  throw new Failure('NOT_FOUND_UPSTREAM', `the table ${name} does not exist`, { field: 'config.tables' })
}

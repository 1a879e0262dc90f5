import { Failure } from '@inlet/connector-sdk'
import type { Database, SqlConfig } from './dialect.js'
import { makePlan } from './plan/make-plan.js'
import { findSelected, nothingSelected } from './streams.js'

/** The most names that a message lists. */
const SHOWN = 5

/**
 * Checks that everything the source selects can be read: tables exist, the user may read them, statements run. Throws
 * NOT_FOUND_UPSTREAM, PERMISSION_DENIED, or what planning a query throws.
 */
export const checkSource = async <C extends SqlConfig, T>(database: Database<C, T>): Promise<void> => {
  const { dialect, session, config } = database
  await session.begin()
  const relations = await findSelected(database)
  const found = new Set(relations.map((relation) => relation.name))
  if (found.size + config.queries.length + config.tables.length === 0) throw nothingSelected(database)
  const missing = config.tables.find((table) => !found.has(table.name))
  if (missing !== undefined) await refuseMissing(database, missing.name)
  const unreadable = relations.filter((relation) => !relation.readable).map((relation) => relation.name)
  if (unreadable.length > 0) {
    const names = `${unreadable.slice(0, SHOWN).join(', ')}${unreadable.length > SHOWN ? ` and ${unreadable.length - SHOWN} more` : ''}`
    throw new Failure('PERMISSION_DENIED', `the ${dialect.user} ${config.user} may not read ${names}`, {
      next: `Grant ${dialect.grant}, or leave them out by \`exclude\`.`,
    })
  }
  for (const { name } of [...config.tables, ...config.queries]) await makePlan(database, name, () => undefined)
  await session.commit()
}

const refuseMissing = async <C extends SqlConfig, T>({ dialect, session }: Database<C, T>, name: string): Promise<never> => {
  try {
    await dialect.probe(session, name)
  } catch (error) {
    if (dialect.toFailure(error, { doing: `looking for ${name}` }).reason !== 'SCHEMA_CHANGED') throw error
  }
  throw new Failure('NOT_FOUND_UPSTREAM', `the table ${name} does not exist`, { field: 'config.tables' })
}

import { Failure } from '@inlet/connector-sdk'
import type { PostgresConfig } from './config.js'
import { findSelected, nothingSelected } from './discover.js'
import { makePlan } from './plan/make-plan.js'
import type { Session } from './session/session.js'
import { textArray } from './sql/text-array.js'

const UNREADABLE_SQL = `SELECT s.name FROM pg_catalog.unnest($1::pg_catalog.text[]) AS s(name)
JOIN pg_catalog.pg_namespace n ON true JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND n.nspname || '.' || c.relname = s.name
WHERE NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') OR NOT pg_catalog.has_any_column_privilege(c.oid, 'SELECT') ORDER BY 1`
const SHOWN = 5

/**
 * Whether everything the source selects can be read: tables exist, the role may read them, statements run. Throws
 * NOT_FOUND_UPSTREAM, PERMISSION_DENIED, or what planning a query throws.
 */
export const checkSource = async (session: Session, config: PostgresConfig): Promise<void> => {
  await session.begin()
  const relations = await findSelected(session, config)
  const found = new Set(relations.map((relation) => relation.name))
  if (found.size + config.queries.length === 0) throw nothingSelected(config)
  const missing = config.tables.find((table) => !found.has(table.name))
  if (missing !== undefined) throw new Failure('NOT_FOUND_UPSTREAM', `the table ${missing.name} does not exist`, { field: 'config.tables' })
  const unreadable = (await session.query(UNREADABLE_SQL, [textArray(found)])).map(([name]) => name)
  if (unreadable.length > 0) {
    const names = `${unreadable.slice(0, SHOWN).join(', ')}${unreadable.length > SHOWN ? ` and ${unreadable.length - SHOWN} more` : ''}`
    throw new Failure('PERMISSION_DENIED', `the role ${config.user} may not read ${names}`, {
      next: 'Grant SELECT on the tables and USAGE on their schema, or leave them out by `exclude`.',
    })
  }
  for (const stream of [...config.tables, ...config.queries]) await makePlan(session, config, stream.name)
  await session.commit()
}

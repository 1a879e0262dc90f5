import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'
import { textArray } from '../plan/syntax.js'
import type { Usage } from './inspect-tree.js'

const VOLATILE = `SELECT n.nspname || '.' || p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.provolatile = 'v' AND `
const NAMES = `ANY ($1::pg_catalog.text[])`

/** Each finds the name of one VOLATILE thing that the statement may call. */
const QUESTIONS = {
  ownFunctions: `${VOLATILE} (n.nspname || '.' || p.proname = ${NAMES} OR p.proname = ${NAMES}) LIMIT 1`,
  safeFunctions: `${VOLATILE} n.nspname <> 'pg_catalog' AND n.nspname = ANY (pg_catalog.current_schemas(false)) AND p.proname = ${NAMES} LIMIT 1`,
  attributes: `${VOLATILE} p.prokind = 'f' AND p.pronargs > 0 AND p.pronargs - p.pronargdefaults <= 1
    AND n.nspname = ANY (pg_catalog.current_schemas(true)) AND p.proname = ${NAMES} LIMIT 1`,
  operators: `SELECT n.nspname || '.' || o.oprname FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
    JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE p.provolatile = 'v' AND o.oprname = ${NAMES} LIMIT 1`,
} as const satisfies Partial<Record<keyof Usage, string>>

/**
 * Checks what only the database knows. Throws SQL_FUNCTION_NOT_ALLOWED for a statement that may call something declared VOLATILE: through an
 * allowed function, an overload of a safe name, attribute notation or an operator.
 */
export const checkVolatility = async (session: Pick<SqlSession<number>, 'query'>, usage: Usage, stream: string): Promise<void> => {
  for (const area of Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[]) {
    const names = usage[area]
    if (names.size === 0) continue
    const [found] = await session.query(QUESTIONS[area], [textArray(names)])
    if (found?.[0] != null) throw new Failure('SQL_FUNCTION_NOT_ALLOWED', `the statement of ${stream} uses ${found[0]}, which is declared VOLATILE`)
  }
}

import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'
import { textList } from './literal.js'

/**
 * What only the database knows: a statement that calls a stored function declared MODIFIES SQL DATA is refused with
 * SQL_FUNCTION_NOT_ALLOWED. A name of the safe list counts too, since a server that has no such function looks for a stored one.
 */
export const checkRoutines = async (session: Pick<SqlSession<unknown>, 'query'>, functions: readonly string[], stream: string): Promise<void> => {
  if (functions.length === 0) return
  const names = textList(functions)
  const [found] = await session.query(
    `SELECT CONCAT(ROUTINE_SCHEMA, '.', ROUTINE_NAME) FROM information_schema.ROUTINES WHERE SQL_DATA_ACCESS = 'MODIFIES SQL DATA'
      AND (LOWER(CONCAT(ROUTINE_SCHEMA, '.', ROUTINE_NAME)) IN (${names}) OR (ROUTINE_SCHEMA = DATABASE() AND LOWER(ROUTINE_NAME) IN (${names}))) LIMIT 1`,
  )
  if (found?.[0] == null) return
  throw new Failure('SQL_FUNCTION_NOT_ALLOWED', `the statement of ${stream} calls ${found[0]}, which is declared MODIFIES SQL DATA`)
}

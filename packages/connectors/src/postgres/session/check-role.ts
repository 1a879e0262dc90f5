import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'

/** Roles that can access the server's files or programs, other sessions, writes to all data, or everything. */
const POWERFUL_SQL = `SELECT r.rolname FROM pg_catalog.pg_roles r
WHERE (r.rolsuper OR r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data', 'pg_signal_backend'))
  AND pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') ORDER BY r.rolsuper DESC, r.rolname LIMIT 1`

/** Throws ROLE_TOO_POWERFUL when the session's role is, or can become, a superuser or one with access beyond tables. */
export const checkRole = async (
  session: Pick<SqlSession<number>, 'query'>,
  options: { readonly user: string; readonly allowPowerfulRole: boolean },
): Promise<void> => {
  if (options.allowPowerfulRole) return
  const [row] = await session.query(POWERFUL_SQL)
  const role = row?.[0]
  if (role == null) return
  throw new Failure(
    'ROLE_TOO_POWERFUL',
    role === options.user
      ? `the role ${role} is a superuser or has a right beyond reading tables`
      : `the role ${options.user} is a member of ${role}`,
    { field: 'config.user' },
  )
}

import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'

/** A session, and which server it is of. */
interface ServerSession extends Pick<SqlSession<unknown>, 'query'> {
  readonly mariadb: boolean
  /** First number of the version, e.g. 8. */
  readonly majorVersion: number
}

/** Privileges on the whole server that only look. Everything else there reaches files, other sessions, settings or all data for writing. */
const HARMLESS: ReadonlySet<string> = new Set([
  'USAGE',
  'SELECT',
  'SHOW DATABASES',
  'SHOW VIEW',
  'PROCESS',
  'REPLICATION CLIENT',
  'BINLOG MONITOR',
  'SLAVE MONITOR',
  'REPLICA MONITOR',
  'REPLICATION SLAVE',
  'REPLICATION REPLICA',
  'LOCK TABLES',
  'EXECUTE',
  'CREATE TEMPORARY TABLES',
])

/** The first privilege beyond reading that lines of SHOW GRANTS give on the whole server or on its system tables; null when there is none. */
export const findPowerful = (grants: readonly string[]): string | null => {
  for (const grant of grants) {
    const found = /^GRANT (?<privileges>.+?) ON (?<scope>\*\.\*|`mysql`\.\S+) TO /.exec(grant)
    if (found === null) continue
    const privileges = (found.groups?.['privileges'] ?? '').replace(/\([^)]*\)/g, '').split(',')
    const powerful = privileges.map((privilege) => privilege.trim().toUpperCase()).find((privilege) => !HARMLESS.has(privilege))
    if (powerful !== undefined) return powerful
    if (/ WITH (?:.* )?GRANT OPTION/.test(grant)) return 'GRANT OPTION'
  }
  return null
}

/** Throws ROLE_TOO_POWERFUL when the account, or a role that is active in its sessions, has a privilege on the whole server beyond reading. */
export const checkRole = async (session: ServerSession, options: { readonly user: string; readonly allowPowerfulRole: boolean }): Promise<void> => {
  if (options.allowPowerfulRole) return
  // MariaDB lists the privileges of the active role by itself; the lines may hold a hash of the password and go nowhere else.
  const own = await session.query('SHOW GRANTS')
  const powerful = findPowerful([...own, ...(await activeRoleGrants(session))].map(([grant]) => grant ?? ''))
  if (powerful === null) return
  throw new Failure('ROLE_TOO_POWERFUL', `the account ${options.user} has the privilege ${powerful} on the whole server`, { field: 'config.user' })
}

const activeRoleGrants = async (session: ServerSession) => {
  if (session.mariadb || session.majorVersion < 8) return []
  const [row] = await session.query('SELECT CURRENT_ROLE()')
  const roles = row?.[0] ?? 'NONE'
  // The server quotes the names itself.
  return roles === 'NONE' ? [] : await session.query(`SHOW GRANTS FOR CURRENT_USER() USING ${roles}`)
}

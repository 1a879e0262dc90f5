import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'

/** A session, and the kind of server it is connected to. */
interface ServerSession extends Pick<SqlSession<unknown>, 'query'> {
  readonly mariadb: boolean
  /** Major version, e.g. 8. */
  readonly majorVersion: number
}

/** Server-wide privileges that only read. All others reach files, other sessions, settings or writes to all data. */
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

/**
 * Returns the first privilege beyond reading that lines of SHOW GRANTS give on the whole server or on
 * its system tables; null when there is none.
 */
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

/** Throws ROLE_TOO_POWERFUL when the account, or a role active in its sessions, has a server-wide privilege beyond reading. */
export const checkRole = async (session: ServerSession, options: { readonly user: string; readonly allowPowerfulRole: boolean }): Promise<void> => {
  if (options.allowPowerfulRole) return
  // MariaDB itself lists the privileges of the active role; the lines may contain a hash of the password and go nowhere else.
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

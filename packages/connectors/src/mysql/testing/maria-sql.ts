import type { TestMariadb } from '@inlet/testing'
import mysql from 'mysql2/promise'

/** A connection of the administrator that may send several statements at once. The caller ends it. */
export const openAdmin = (server: TestMariadb, database?: string): Promise<mysql.Connection> =>
  mysql.createConnection({
    host: '127.0.0.1',
    port: server.port,
    ...server.admin,
    ...(database === undefined ? {} : { database }),
    multipleStatements: true,
    charset: 'utf8mb4_general_ci',
    timezone: 'Z',
  })

/** Runs statements as the administrator; gives the rows of the last one. */
export const runMaria = async (server: TestMariadb, database: string | undefined, text: string): Promise<Record<string, unknown>[]> => {
  const client = await openAdmin(server, database)
  try {
    const [rows] = await client.query(`SET time_zone = '+00:00', sql_mode = ''; ${text}`)
    const last = (rows as unknown[]).at(-1)
    return Array.isArray(last) ? (last as Record<string, unknown>[]) : []
  } finally {
    await client.end()
  }
}

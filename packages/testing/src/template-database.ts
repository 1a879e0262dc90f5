import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../../db/src/migrate/migrate.js'

/** Runs one statement on its own connection. */
export const runSql = async (url: string, text: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

export const databaseUrl = (adminUrl: string, name: string): string => {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

/** Creates the migrated database that test files clone. */
export const createTemplateDatabase = async (adminUrl: string, name: string): Promise<void> => {
  await runSql(adminUrl, `CREATE DATABASE "${name}"`)
  await migrate(databaseUrl(adminUrl, name))
}

export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Drops it, ending whatever connections remain. */
  drop(): Promise<void>
}

/** Creates a database: a clone of the migrated template, or empty when no template is named. Takes about 50 ms. */
export const createTestDatabase = async (adminUrl: string, template?: string): Promise<TestDatabase> => {
  const name = `t_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  await runSql(adminUrl, `CREATE DATABASE "${name}"${template === undefined ? '' : ` TEMPLATE "${template}" STRATEGY FILE_COPY`}`)
  return { name, url: databaseUrl(adminUrl, name), drop: () => runSql(adminUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) }
}

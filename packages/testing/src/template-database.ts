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

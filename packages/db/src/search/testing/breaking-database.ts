import type pg from 'pg'
import { createDatabase, type Database } from '../../database.js'

/** Creates a database whose connection breaks at a given statement, as if the process were killed there: the transaction is rolled back. */
export const createBreakingDatabase = (url: string, options: { readonly statements: number }): Database => {
  const database = createDatabase({ url, applicationName: 'breaking', poolSize: 1 })
  let left = options.statements
  database.pool.on('connect', (client) => {
    const inner = client as unknown as { query(...args: readonly unknown[]): unknown; connection: { stream: { destroy(): void } } } & pg.PoolClient
    const query = inner.query.bind(inner)
    Object.assign(inner, {
      query(...args: readonly unknown[]) {
        left -= 1
        if (left < 0) inner.connection.stream.destroy()
        return query(...args)
      },
    })
  })
  return database
}

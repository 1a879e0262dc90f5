import pg from 'pg'

/** Runs SQL on its own connection, outside any pool, and returns the rows of the last statement. For setup work. */
export const runScript = async <R extends pg.QueryResultRow>(url: string, sql: string): Promise<readonly R[]> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inlet-script' })
  await client.connect()
  try {
    const result: pg.QueryResult<R> | pg.QueryResult<R>[] = await client.query<R>(sql)
    return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows
  } finally {
    await client.end()
  }
}

import type { Database } from '@inlet/db'

/** Settings of a server whose statements can be counted; it counts only in databases that ask for it. */
export const COUNTING_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
  'pg_stat_statements.save': 'off',
}

/** What a database was asked since counting began. */
export interface StatementCount {
  /** BEGIN and COMMIT among them. */
  readonly statements: number
  /** Those of more than one statement. */
  readonly transactions: number
  /** Each statement with how often it was sent, the most frequent first. */
  readonly texts: readonly { readonly text: string; readonly calls: number }[]
}

/** Has connections opened from now on to this database counted. */
export const enableCounting = async ({ pool }: Database): Promise<void> => {
  const { rows } = await pool.query<{ name: string }>('SELECT current_database() AS name')
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  await pool.query(`ALTER DATABASE "${rows[0]?.name}" SET pg_stat_statements.track = 'top'`)
}

/** Begins to count; the answer reads what was sent since. */
export const countStatements = async ({ pool }: Database): Promise<() => Promise<StatementCount>> => {
  const read = async () => {
    const { rows } = await pool.query<{ text: string; calls: number }>(
      `SELECT query AS text, sum(calls)::int AS calls FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY query`,
    )
    return rows
  }
  const before = new Map((await read()).map(({ text, calls }) => [text, calls]))
  return async () => {
    const texts = (await read())
      .map(({ text, calls }) => ({ text, calls: calls - (before.get(text) ?? 0) }))
      .filter(({ text, calls }) => calls > 0 && !text.includes('pg_stat_statements'))
      .sort((a, b) => b.calls - a.calls)
    const sum = (of: typeof texts): number => of.reduce((total, { calls }) => total + calls, 0)
    return { statements: sum(texts), transactions: sum(texts.filter(({ text }) => /^begin/i.test(text))), texts }
  }
}

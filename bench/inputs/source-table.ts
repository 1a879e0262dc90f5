import { createDatabase } from '@inlet/db'
import type { EmbeddedPostgres } from '@inlet/db/embedded'
import { createEmptyDatabase } from '../stack/stack.js'

export interface SourceTable {
  readonly database: string
  readonly url: string
  /** Settings of a source that reads it, as a role that may only read. */
  readonly config: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, unknown>>
  /** Average bytes of a row in text form. */
  readonly bytesPerRow: number
}

export interface TableContent {
  readonly database: string
  readonly rows: number
  /** Columns after `id bigint PRIMARY KEY`, as in CREATE TABLE. */
  readonly columns: string
  /** Their values for the row number `n`, as in SELECT. */
  readonly values: string
  /** Indexed with `id`. Without it, each run reads the whole table. */
  readonly cursorColumn?: string
}

const ROLE = 'bench_reader'

/** Creates the table `orders` in a database of its own. */
export const createSourceTable = async (
  postgres: EmbeddedPostgres,
  { database: name, rows, columns, values, cursorColumn }: TableContent,
): Promise<SourceTable> => {
  const url = await createEmptyDatabase(postgres, name)
  const database = createDatabase({ url, applicationName: 'inlet-bench', poolSize: 1, statementTimeoutMs: 600_000 })
  try {
    const { pool } = database
    await pool.query(`CREATE TABLE orders (id bigint PRIMARY KEY, ${columns})`)
    await pool.query(`INSERT INTO orders SELECT n, ${values} FROM generate_series(1, $1::int) n`, [rows])
    if (cursorColumn !== undefined) await pool.query(`CREATE INDEX ON orders (${cursorColumn}, id)`)
    await pool.query(
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${ROLE}') THEN CREATE ROLE ${ROLE} LOGIN PASSWORD 'bench'; END IF; END $$`,
    )
    await pool.query(`GRANT SELECT ON orders TO ${ROLE}`)
    await pool.query('VACUUM ANALYZE orders')
    const size = await pool.query<{ bytes: number }>('SELECT avg(length(o::text))::float8 AS bytes FROM (SELECT * FROM orders LIMIT 1000) o')
    return {
      database: name,
      url,
      bytesPerRow: Math.round(size.rows[0]?.bytes ?? 0),
      config: {
        host: '127.0.0.1',
        port: postgres.port,
        database: name,
        user: ROLE,
        tls: { mode: 'disable' },
        tables: [{ name: 'orders', ...(cursorColumn === undefined ? {} : { cursorColumn }) }],
      },
      secrets: { password: 'bench' },
    }
  } finally {
    await database.close()
  }
}

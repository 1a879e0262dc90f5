import { createDatabase } from '@inlet/db'
import type { EmbeddedPostgres } from '@inlet/db/embedded'
import { createEmptyDatabase } from '../stack/stack.js'

export interface RowsTable {
  readonly database: string
  readonly url: string
  /** Settings of a source that reads it, as a role that may only read. */
  readonly config: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, unknown>>
  /** Average bytes of a row in text form. */
  readonly bytesPerRow: number
}

const ROLE = 'bench_reader'

/** A table of ten columns, about 360 bytes a row, in a database of its own. */
export const createRowsTable = async (postgres: EmbeddedPostgres, name: string, rows: number): Promise<RowsTable> => {
  const url = await createEmptyDatabase(postgres, name)
  const database = createDatabase({ url, applicationName: 'inlet-bench', poolSize: 1, statementTimeoutMs: 600_000 })
  try {
    const { pool } = database
    await pool.query(`CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, email text NOT NULL, status text NOT NULL,
      amount numeric(12,2) NOT NULL, quantity int NOT NULL, active boolean NOT NULL, note text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)`)
    await pool.query(
      `INSERT INTO orders SELECT n, 'Customer ' || md5(n::text) || md5('x' || n), 'user' || n || '@example.com', (ARRAY['new','paid','sent','done'])[1 + n % 4],
         (n::bigint * 7919 % 1000000) / 100.0, n % 50, n % 3 = 0, md5('a' || n) || ' ' || md5('b' || n) || ' ' || md5('c' || n) || ' ' || md5('d' || n) || ' ' || md5('e' || n) || ' ' || md5('f' || n),
         timestamptz '2025-01-01' + n * interval '1 second', timestamptz '2025-06-01' + n * interval '1 second' FROM generate_series(1, $1::int) n`,
      [rows],
    )
    await pool.query('CREATE INDEX ON orders (updated_at, id)')
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
        tables: [{ name: 'orders', cursorColumn: 'updated_at' }],
      },
      secrets: { password: 'bench' },
    }
  } finally {
    await database.close()
  }
}

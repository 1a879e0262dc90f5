import { createHash } from 'node:crypto'
import { databaseUrl, runSql } from '@inlet/testing'

/** A table of known content: row n has key n, a payload and the sha256 of it, all derived from the seed. */
export interface TruthTable {
  readonly database: string
  readonly role: string
  readonly password: string
  readonly rows: number
  /** sha256 by key. */
  expected(): ReadonlyMap<string, string>
  /** Connector settings to read it. */
  config(): Record<string, unknown>
}

/** Creates a database with the table and a role that may only read it. */
export const createTruthTable = async (adminUrl: string, options: { readonly rows: number; readonly seed: string }): Promise<TruthTable> => {
  const suffix = createHash('sha256').update(`${options.seed}${process.pid}${performance.now()}`).digest('hex').slice(0, 10)
  const database = `truth_${suffix}`
  const role = `reader_${suffix}`
  await runSql(adminUrl, `CREATE DATABASE ${database}`)
  await runSql(adminUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'truth'`)
  await runSql(
    databaseUrl(adminUrl, database),
    `CREATE TABLE truth (id bigint PRIMARY KEY, payload text NOT NULL, sha text NOT NULL, updated_at timestamptz NOT NULL);
     INSERT INTO truth SELECT n, p, encode(sha256(convert_to(p, 'UTF8')), 'hex'), now() - interval '1 day' + n * interval '1 millisecond'
       FROM generate_series(1, ${options.rows}) n, LATERAL (SELECT md5('${options.seed}' || n) || repeat('x', 100) AS p) x;
     CREATE INDEX ON truth (updated_at, id);
     GRANT SELECT ON truth TO ${role};`,
  )
  const { hostname, port } = new URL(adminUrl)
  return {
    database,
    role,
    password: 'truth',
    rows: options.rows,
    expected() {
      const expected = new Map<string, string>()
      for (let n = 1; n <= options.rows; n += 1) {
        const payload = createHash('md5').update(`${options.seed}${n}`).digest('hex') + 'x'.repeat(100)
        expected.set(String(n), createHash('sha256').update(payload).digest('hex'))
      }
      return expected
    },
    config: () => ({
      host: hostname,
      port: Number(port),
      database,
      user: role,
      tls: { mode: 'disable' },
      tables: [{ name: 'truth', cursorColumn: 'updated_at' }],
    }),
  }
}

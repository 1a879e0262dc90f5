import { createGrouping } from '@inlet/runtime'

/**
 * Keeps the payloads of large batches beside their jobs, as bytes: as part of a job they would be escaped, copied and parsed as text several times,
 * which takes longer than everything else about a batch. The worker keeps a batch until it is stored and sends it again, so a payload may be lost.
 */
export interface PayloadStore {
  /** Keeps a payload for a day; repeating it changes nothing. */
  put(name: string, payload: Buffer): Promise<void>
  /** Returns null if it is gone: removed after a copy of the batch was stored, or lost. */
  get(name: string): Promise<Buffer | null>
  /** Removes a payload, soon and together with others: a crash meanwhile leaves it for a day. */
  remove(name: string): Promise<void>
}

const KEPT_S = 86_400

export interface RedisClient {
  setex(key: string, seconds: number, value: Buffer): Promise<unknown>
  getBuffer(key: string): Promise<Buffer | null>
  unlink(key: string): Promise<unknown>
}

export const redisPayloads = (client: Promise<RedisClient>, prefix: string): PayloadStore => {
  const keyOf = (name: string): string => `${prefix}:payload:${name}`
  return {
    put: async (name, payload) => void (await (await client).setex(keyOf(name), KEPT_S, payload)),
    get: async (name) => (await client).getBuffer(keyOf(name)),
    remove: async (name) => void (await (await client).unlink(keyOf(name))),
  }
}

export interface PostgresPool {
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/**
 * Creates the table, and removes from it what nobody came for. Unlogged: what a crash of the server loses is sent again. The lock keeps processes that
 * start together from creating it twice.
 */
export const preparePayloads = async (pool: PostgresPool): Promise<void> => {
  // Only if needed: the statements below wait for everything that uses the table.
  const { rows } = await pool.query(`SELECT to_regclass('payload') IS NULL AS missing`)
  if (rows[0]?.['missing'] === true)
    await pool.query(`
      SELECT pg_advisory_xact_lock(hashtext('inlet payload'));
      CREATE UNLOGGED TABLE IF NOT EXISTS payload (name text PRIMARY KEY, body bytea NOT NULL, put_at timestamptz NOT NULL DEFAULT now())
        WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100, toast.autovacuum_vacuum_scale_factor = 0);
      CREATE INDEX IF NOT EXISTS payload_put_at ON payload (put_at);
      ALTER TABLE payload ALTER COLUMN body SET STORAGE EXTERNAL`)
  await pool.query(`DELETE FROM payload WHERE ${EXPIRED}`)
}

const EXPIRED = `put_at < now() - interval '${KEPT_S} s'`
const PUT = 'INSERT INTO payload (name, body) VALUES ($1, $2) ON CONFLICT DO NOTHING'
/** In pieces, as the client makes a text of each value first, and long ones are expensive. */
const GET = `SELECT piece, substring(body FROM piece FOR 50000) AS body FROM payload, generate_series(1, length(body), 50000) AS piece WHERE name = $1`

const REMOVE = `DELETE FROM payload WHERE name = ANY($1) OR ${EXPIRED}`
/** Payloads that are removed in one statement, and how long the first of them waits for others (ms). */
const [MOST_REMOVED, REMOVED_WITHIN_MS] = [100, 500]

export const postgresPayloads = (pool: PostgresPool): PayloadStore => ({
  put: async (name, payload) => void (await pool.query(PUT, [name, payload])),
  get: async (name) => {
    const { rows } = (await pool.query(GET, [name])) as { readonly rows: { readonly piece: number; readonly body: Buffer }[] }
    // The order is not left to the server, as it would copy the pieces to sort them.
    return rows.length === 0 ? null : Buffer.concat(rows.sort((a, b) => a.piece - b.piece).map(({ body }) => body))
  },
  remove: createGrouping({
    work: async (names: readonly string[]) => {
      await pool.query(REMOVE, [names])
      return names.map(() => undefined)
    },
    most: MOST_REMOVED,
    waitMs: REMOVED_WITHIN_MS,
  }),
})

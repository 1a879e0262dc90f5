import { rmSync } from 'node:fs'
import path from 'node:path'
import { createDatabase, type Database } from '@inlet/db'

type Pool = Database['pool']

/** Seconds to COPY the stored records, prepared as a text file, into an empty table with the same columns and indexes. */
export const copyRecords = async (pool: Pool, serverFolder: string): Promise<number> => {
  const file = path.join(serverFolder, 'records.copy')
  const { rows } = await pool.query<{ columns: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
     WHERE attrelid = 'records'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
  )
  const columns = rows[0]?.columns ?? ''
  await pool.query('DROP TABLE IF EXISTS records_equal')
  await pool.query('CREATE TABLE records_equal (LIKE records INCLUDING ALL)')
  await pool.query(`COPY records (${columns}) TO '${file}'`)
  await pool.query('CHECKPOINT')
  try {
    return await timed(() => pool.query(`COPY records_equal (${columns}) FROM '${file}'`))
  } finally {
    rmSync(file, { force: true })
    await pool.query('DROP TABLE IF EXISTS records_equal')
  }
}

/** Seconds to COPY the source table to a file and from it into an equal table: the least a transfer can cost. */
export const copySource = async (url: string, serverFolder: string): Promise<number> => {
  const database = createDatabase({ url, applicationName: 'inlet-bench', poolSize: 1, statementTimeoutMs: 600_000 })
  const file = path.join(serverFolder, 'orders.copy')
  const { pool } = database
  try {
    await pool.query('DROP TABLE IF EXISTS orders_equal')
    await pool.query('CREATE TABLE orders_equal (LIKE orders INCLUDING ALL)')
    await pool.query('CHECKPOINT')
    return await timed(async () => {
      await pool.query(`COPY orders TO '${file}'`)
      await pool.query(`COPY orders_equal FROM '${file}'`)
    })
  } finally {
    rmSync(file, { force: true })
    await pool.query('DROP TABLE IF EXISTS orders_equal')
    await database.close()
  }
}

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

// What users would write instead of Inlet: a BullMQ worker that fetches and upserts. No lease, no ledger, no cursor, no versions, no deletions.
import { Queue, Worker } from 'bullmq'
import pg from 'pg'

const QUEUE = 'plain'
const [role, count] = process.argv.slice(2)
const connection = { url: process.env.PLAIN_REDIS_URL, maxRetriesPerRequest: null }

const UPSERT = `
INSERT INTO plain_records AS t (source, key, data)
SELECT $1, item->>'id', item FROM jsonb_array_elements($2::jsonb) AS item
ON CONFLICT (source, key) DO UPDATE SET data = EXCLUDED.data, stored_at = now() WHERE t.data <> EXCLUDED.data`

const work = () => {
  const pool = new pg.Pool({ connectionString: process.env.PLAIN_DATABASE_URL, max: 10 })
  const ingest = async ({ data: { source } }) => {
    const response = await fetch(`${process.env.PLAIN_API_URL}/sources/${source}/items`)
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { items } = await response.json()
    await pool.query(UPSERT, [source, JSON.stringify(items)])
    await pool.query('INSERT INTO plain_runs (source) VALUES ($1)', [source])
  }
  const worker = new Worker(QUEUE, ingest, { connection, concurrency: 20 })
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`))
  worker.on('ready', () => process.stdout.write('ready\n'))
}

const enqueue = async () => {
  const queue = new Queue(QUEUE, { connection })
  await queue.addBulk(Array.from({ length: Number(count) }, (_, source) => ({ name: 'run', data: { source }, opts: { removeOnComplete: true } })))
  await queue.close()
}

if (role === 'worker') work()
else await enqueue()

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@inlet/db'
import type { EmbeddedPostgres } from '@inlet/db/embedded'
import { createLifecycle } from '@inlet/runtime'
import { startRedis } from '@inlet/testing'
import { RECORDS_PER_SOURCE } from '../inputs/small-api.js'
import { readCpuSeconds } from '../stack/cpu-time.js'
import { createEmptyDatabase } from '../stack/stack.js'
import { until } from '../stack/until.js'

const SCRIPT = fileURLToPath(new URL('plain-worker.mjs', import.meta.url))

export interface PlainResult {
  readonly runsPerSecond: number
  /** Of its workers, for one run (ms). */
  readonly cpuMs: number
}

/** Ingests as many sources of the small API by two plain BullMQ workers, each 20 at a time as ours; throws when a record is missing. */
export const measurePlainWorkers = async (options: {
  readonly postgres: EmbeddedPostgres
  readonly redisServer: string
  readonly apiUrl: string
  readonly sources: number
}): Promise<PlainResult> => {
  const { postgres, redisServer, apiUrl, sources } = options
  const lifecycle = createLifecycle()
  try {
    const url = await createEmptyDatabase(postgres, 'bench_plain')
    const database = createDatabase({ url, applicationName: 'inlet-bench', poolSize: 1 })
    lifecycle.defer('database', () => database.close())
    await database.pool.query(
      `CREATE TABLE plain_records (source int, key text, data jsonb NOT NULL, stored_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (source, key));
       CREATE TABLE plain_runs (source int, ended_at timestamptz NOT NULL DEFAULT now())`,
    )
    const redis = await startRedis(redisServer)
    lifecycle.defer('redis', () => redis.stop())
    const env = { PLAIN_REDIS_URL: redis.url, PLAIN_DATABASE_URL: url, PLAIN_API_URL: apiUrl }
    const launch = (args: readonly string[]) => spawn(process.execPath, [SCRIPT, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const workers = [1, 2].map(() => launch(['worker']))
    for (const worker of workers) lifecycle.defer('worker', async () => void worker.kill('SIGKILL'))
    await Promise.all(workers.map((worker) => once(worker.stdout, 'data')))
    const cpu = (): number => workers.reduce((sum, { pid }) => sum + readCpuSeconds(pid ?? 0), 0)
    const [cpuBefore, startedAt] = [cpu(), performance.now()]
    const [code] = await once(launch(['enqueue', String(sources)]), 'exit')
    if (code !== 0) throw new Error('the jobs of the plain workers could not be enqueued')
    const count = async (table: string): Promise<number> =>
      (await database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n ?? 0
    await until('the plain workers', async () => ((await count('plain_runs')) >= sources ? true : null), { everyMs: 50 })
    const seconds = (performance.now() - startedAt) / 1_000
    const cpuMs = ((cpu() - cpuBefore) / sources) * 1_000
    const records = await count('plain_records')
    if (records !== sources * RECORDS_PER_SOURCE) throw new Error(`the plain workers stored ${records} records`)
    return { runsPerSecond: sources / seconds, cpuMs }
  } finally {
    await lifecycle.close()
  }
}

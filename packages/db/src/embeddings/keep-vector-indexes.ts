import { whyNoVectorIndex } from '@inlet/search'
import pg from 'pg'
import type { Database } from '../database.js'
import { type Generation, listGenerations } from './generations.js'
import { buildVectorIndex, dropVectorIndex, listVectorIndexes, readVectorExtension } from './vector-index.js'

/** Any fixed number: only one process at a time builds and drops. */
const LOCK = 4_916_032

export interface KeepOptions {
  /** URL of the database: a build may take hours, so it has its own connection. */
  readonly url: string
  /** False: no generation should have an index. */
  readonly isWanted: boolean
  /** Abort leaves the statement in progress to Postgres, which completes it. */
  readonly signal: AbortSignal
}

/**
 * Gives each generation the index over its vectors that this Postgres supports, removes leftover indexes, and records on each generation why it has
 * none. Searches compare all vectors until an index is ready. Returns why some cannot be built.
 */
export const keepVectorIndexes = async (database: Database, { url, isWanted, signal }: KeepOptions): Promise<readonly string[]> => {
  const problems: string[] = []
  if (!(await findWork(database, isWanted)).isAny) return problems
  await withBuilder(url, signal, async (client) => {
    // Another process may have just done it.
    const { missing, left } = await findWork(database, isWanted)
    for (const space of left) await dropVectorIndex(client, space)
    for (const generation of missing) {
      await recordNote(database, generation, 'the index is being built')
      try {
        await buildVectorIndex(client, generation)
        await recordNote(database, generation, null)
      } catch (error) {
        signal.throwIfAborted()
        const problem = `the index cannot be built: ${error instanceof Error ? error.message : String(error)}`
        await recordNote(database, generation, problem)
        problems.push(problem)
      }
    }
  })
  return problems
}

interface IndexWork {
  /** Generations that should have an index and do not. */
  readonly missing: readonly Generation[]
  /** Generations whose indexes should be removed: nothing needs them, or their build was interrupted. */
  readonly left: readonly number[]
  readonly isAny: boolean
}

/** Finds what there is to do; afterwards the notes of generations that need no work are up to date. */
const findWork = async (database: Database, isWanted: boolean): Promise<IndexWork> => {
  const generations = (await listGenerations(database)).filter(({ deletingAt }) => deletingAt === null)
  const indexes = await listVectorIndexes(database)
  if (generations.length === 0 && indexes.length === 0) return { missing: [], left: [], isAny: false }
  const extension = await readVectorExtension(database.pool)
  const reasons = new Map(generations.map(({ space, dimensions }) => [space, whyNoVectorIndex({ isWanted, extension, dimensions })]))
  const ready = new Set(indexes.filter(({ space, isValid }) => isValid && reasons.get(space) === null).map(({ space }) => space))
  const missing = generations.filter(({ space }) => reasons.get(space) === null && !ready.has(space))
  for (const generation of generations)
    if (!missing.includes(generation)) await recordNote(database, generation, reasons.get(generation.space) ?? null)
  const left = indexes.map(({ space }) => space).filter((space) => !ready.has(space))
  return { missing, left, isAny: missing.length > 0 || left.length > 0 }
}

/** Does nothing while another process holds the lock, or Postgres is still working for a process that ended. */
const withBuilder = async (url: string, signal: AbortSignal, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inlet-vector-index', keepAlive: true })
  client.on('error', () => {})
  const leave = (): void => void client.end().catch(() => {})
  try {
    await client.connect()
    signal.addEventListener('abort', leave)
    signal.throwIfAborted()
    // Parallel build workers use shared memory, of which a container has little by default.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0; SET max_parallel_maintenance_workers = 0')
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK])
    if (rows[0]?.locked === true) await work(client)
  } finally {
    signal.removeEventListener('abort', leave)
    await client.end()
  }
}

const recordNote = async ({ pool }: Pick<Database, 'pool'>, { space }: Pick<Generation, 'space'>, text: string | null): Promise<void> => {
  await pool.query('UPDATE search_generations SET index_note = left($2, 1000) WHERE space = $1 AND index_note IS DISTINCT FROM left($2, 1000)', [
    space,
    text,
  ])
}

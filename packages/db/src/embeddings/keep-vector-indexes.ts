import { whyNoVectorIndex } from '@inlet/search'
import pg from 'pg'
import type { Database } from '../database.js'
import { type Generation, listGenerations } from './generations.js'
import { buildVectorIndex, dropVectorIndex, listVectorIndexes, readVectorExtension } from './vector-index.js'

/** Any fixed number: one at a time builds and drops. */
const LOCK = 4_916_032

export interface KeepOptions {
  /** Of the database: a build may take hours, so that it has a connection of its own. */
  readonly url: string
  /** False: no generation is to have an index. */
  readonly isWanted: boolean
  /** Leaves what is being done to Postgres, which brings it to its end. */
  readonly signal: AbortSignal
}

/**
 * Gives each generation the index over its vectors that this Postgres allows, removes what is left of others, and notes at each generation why it has
 * none. Searches compare all vectors until an index is ready. Answers why some cannot be built.
 */
export const keepVectorIndexes = async (database: Database, { url, isWanted, signal }: KeepOptions): Promise<readonly string[]> => {
  const problems: string[] = []
  if (!(await findWork(database, isWanted)).isAny) return problems
  await withBuilder(url, signal, async (client) => {
    // Another process may just have done it.
    const { missing, left } = await findWork(database, isWanted)
    for (const space of left) await dropVectorIndex(client, space)
    for (const generation of missing) {
      await note(database, generation, 'the index is being built')
      try {
        await buildVectorIndex(client, generation)
        await note(database, generation, null)
      } catch (error) {
        signal.throwIfAborted()
        const problem = `the index cannot be built: ${error instanceof Error ? error.message : String(error)}`
        await note(database, generation, problem)
        problems.push(problem)
      }
    }
  })
  return problems
}

interface IndexWork {
  /** Generations that are to have an index and do not. */
  readonly missing: readonly Generation[]
  /** The generations of indexes that are to go: nothing needs them, or their building was ended. */
  readonly left: readonly number[]
  readonly isAny: boolean
}

/** What there is to do; the notes of generations with which there is nothing to do are right afterwards. */
const findWork = async (database: Database, isWanted: boolean): Promise<IndexWork> => {
  const generations = (await listGenerations(database)).filter(({ deletingAt }) => deletingAt === null)
  const indexes = await listVectorIndexes(database)
  if (generations.length === 0 && indexes.length === 0) return { missing: [], left: [], isAny: false }
  const extension = await readVectorExtension(database.pool)
  const reasons = new Map(generations.map(({ space, dimensions }) => [space, whyNoVectorIndex({ isWanted, extension, dimensions })]))
  const ready = new Set(indexes.filter(({ space, isValid }) => isValid && reasons.get(space) === null).map(({ space }) => space))
  const missing = generations.filter(({ space }) => reasons.get(space) === null && !ready.has(space))
  for (const generation of generations) if (!missing.includes(generation)) await note(database, generation, reasons.get(generation.space) ?? null)
  const left = indexes.map(({ space }) => space).filter((space) => !ready.has(space))
  return { missing, left, isAny: missing.length > 0 || left.length > 0 }
}

/** Does nothing while another process has the lock, or Postgres is still at what a process that ended began. */
const withBuilder = async (url: string, signal: AbortSignal, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inlet-vector-index', keepAlive: true })
  client.on('error', () => {})
  const leave = (): void => void client.end().catch(() => {})
  try {
    await client.connect()
    signal.addEventListener('abort', leave)
    signal.throwIfAborted()
    // Workers that build in parallel share their memory, of which a container has little by default.
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0; SET max_parallel_maintenance_workers = 0')
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [LOCK])
    if (rows[0]?.locked === true) await work(client)
  } finally {
    signal.removeEventListener('abort', leave)
    await client.end()
  }
}

const note = async ({ pool }: Pick<Database, 'pool'>, { space }: Pick<Generation, 'space'>, text: string | null): Promise<void> => {
  await pool.query('UPDATE search_generations SET index_note = left($2, 1000) WHERE space = $1 AND index_note IS DISTINCT FROM left($2, 1000)', [
    space,
    text,
  ])
}

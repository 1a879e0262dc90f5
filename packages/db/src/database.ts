import type { Failure } from '@inlet/domain'
import { endSilentConnections } from '@inlet/runtime'
import pg from 'pg'
import { createRefusalMemory, type RefusalMemory } from './database-failure.js'
import type { PrismaClient } from './generated/client.js'
import { createPrismaOnPool, type Transaction } from './prisma-transaction.js'

export interface DatabaseOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  /** Default 10. */
  readonly poolSize?: number
  /** Of `keyed`; default 4. */
  readonly keyedPoolSize?: number
  /** Default 30,000. */
  readonly statementTimeoutMs?: number
  /** A connection that does not answer for this long after the statement timeout counts as dead; default 30,000. */
  readonly silenceMs?: number
  readonly onError?: (error: Error) => void
}

/** Inlet's own database: one pool shared by Prisma and set-based statements, one for runs and one for lists. `close` ends them all. */
export interface Database {
  readonly pool: pg.Pool
  /**
   * For named statements of runs and batches, which find each row by its key: planned once per connection, and only with index loops, whatever the
   * statistics say later. Opened on first use.
   */
  readonly keyed: pg.Pool
  /**
   * For named statements that page through lists, by index alone: planned once per connection, whatever the statistics say later. Few connections and
   * a short time limit, so that lists never hold up anything else. Opened on first use.
   */
  readonly lists: pg.Pool
  readonly prisma: PrismaClient
  /** Runs `work` in one READ COMMITTED transaction on one connection; rolls back when it throws. For record and run paths. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  /** The same as `transaction`, on a connection of `keyed`. */
  keyedTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>
  /** The same as `transaction`, with Prisma on that connection, for the control plane: costs half a millisecond more per transaction (ADR 17). */
  prismaTransaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  /** The failure with which the server refused or did not answer most recently; null once a transaction was committed after it, or after two minutes. */
  refusal(): Failure | null
  close(): Promise<void>
}

/** Creates the pools; nothing connects before first use. Connection errors are thrown as `DATABASE_UNAVAILABLE`. */
export const createDatabase = (options: DatabaseOptions): Database => {
  const pool = openPool(options, {
    max: options.poolSize ?? 10,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    // A generic plan made while a table was small would read all of it for each record of a batch once it has grown.
    planning: '-c plan_cache_mode=force_custom_plan',
  })
  // Planning such a statement takes longer than running it. An index loop is still right when the tables have grown.
  const keyed = openPool(options, {
    max: options.keyedPoolSize ?? KEYED_CONNECTIONS,
    statementTimeoutMs: options.statementTimeoutMs ?? 30_000,
    planning: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
  })
  // Planning a page takes longer than reading it. A plan that can only use an index is still right when the tables have grown.
  const lists = openPool(options, {
    max: LIST_CONNECTIONS,
    statementTimeoutMs: LIST_TIMEOUT_MS,
    planning: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_sort=off',
  })
  const { prisma, transaction } = createPrismaOnPool(pool)
  const memory = createRefusalMemory()
  return {
    pool: translateErrors(pool, memory),
    keyed: translateErrors(keyed, memory),
    lists: translateErrors(lists, memory),
    prisma,
    transaction: (work) => runTransaction(pool, work, memory),
    keyedTransaction: (work) => runTransaction(keyed, work, memory),
    prismaTransaction: (work) => rethrow(transaction(work), memory),
    refusal: () => memory.latest(),
    async close() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), keyed.end(), lists.end()])
    },
  }
}

const KEYED_CONNECTIONS = 4
const LIST_CONNECTIONS = 4
const LIST_TIMEOUT_MS = 5_000

const openPool = (
  { url, applicationName, silenceMs = SILENCE_MS, onError }: DatabaseOptions,
  { max, statementTimeoutMs, planning }: { readonly max: number; readonly statementTimeoutMs: number; readonly planning: string },
): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // Statements are short. Merging ranges is overestimated a thousandfold, and JIT compilation then took seconds instead of milliseconds.
    options: `${planning} -c jit=off -c statement_timeout=${statementTimeoutMs} -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC`,
  })
  // An idle connection that breaks would otherwise end the process; the next query opens another one.
  pool.on('error', (error) => onError?.(error))
  endSilentConnections(pool, statementTimeoutMs + silenceMs)
  return pool
}

/** Longer than any statement takes to arrive, and as long as a transaction may be idle. */
const SILENCE_MS = 30_000

/**
 * Makes a pool's own queries fail with DATABASE_UNAVAILABLE as well, so that a run does not take an outage for an internal error. Prisma uses the
 * untranslated pool: it reads the codes of errors.
 */
const translateErrors = (pool: pg.Pool, memory: RefusalMemory): pg.Pool => {
  const query = (...given: unknown[]): unknown => {
    const result = (pool.query as (...values: unknown[]) => unknown).apply(pool, given)
    return result instanceof Promise ? rethrow(result, memory) : result
  }
  return new Proxy(pool, { get: (target, name) => (name === 'query' ? query : Reflect.get(target, name, target)) })
}

const runTransaction = async <T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, memory: RefusalMemory): Promise<T> => {
  const client = await rethrow(pool.connect(), memory)
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    memory.stored()
    return result
  } catch (error) {
    // A connection whose ROLLBACK fails is not returned to the pool.
    await client.query('ROLLBACK').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause))
    })
    throw memory.translate(error)
  } finally {
    client.release(broken)
  }
}

const rethrow = <T>(work: Promise<T>, memory: RefusalMemory): Promise<T> =>
  work.catch((error: unknown) => {
    throw memory.translate(error)
  })

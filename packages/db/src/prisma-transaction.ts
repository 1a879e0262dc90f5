import { AsyncLocalStorage } from 'node:async_hooks'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client.js'

/** One READ COMMITTED transaction on one connection: `prisma` for rows, `client` for what Prisma cannot express (locks, claims, the ledger). */
export interface Transaction {
  readonly prisma: Prisma.TransactionClient
  readonly client: pg.ClientBase
}

export interface PrismaOnPool {
  readonly prisma: PrismaClient
  /** Rolls back and rethrows when the work throws. */
  readonly transaction: <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>
}

/** Returns the time by the database's clock; those of our processes may be off by seconds. */
export const readDatabaseTime = async (client: Pick<pg.ClientBase, 'query'>): Promise<Date> => {
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  return rows[0]?.now ?? new Date()
}

/** Settings are JSON that came over the API or from a file; Prisma's JSON type does not accept `unknown`. */
export const toJson = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue

interface Opening {
  client: pg.ClientBase | null
}

// Statements have their own limits (statement_timeout, lock_timeout); these only bound what Prisma adds.
const LIMITS = { maxWait: 15_000, timeout: 60_000 }

/** Creates a Prisma client on a pool that is shared with other statements; nothing connects before first use. */
export const createPrismaOnPool = (pool: pg.Pool): PrismaOnPool => {
  const opening = new AsyncLocalStorage<Opening>()
  const prisma = new PrismaClient({ adapter: new ObservedPrismaPg(pool, opening) })
  return {
    prisma,
    transaction: (work) => {
      const opened: Opening = { client: null }
      return opening.run(opened, () =>
        prisma.$transaction((tx) => {
          if (opened.client === null) throw new Error('Prisma opened a transaction without a connection of the pool')
          return work({ prisma: tx, client: opened.client })
        }, LIMITS),
      )
    },
  }
}

/** Prisma does not expose the connection of a transaction; its adapter is the only place that sees it. */
class ObservedPrismaPg extends PrismaPg {
  readonly #opening: AsyncLocalStorage<Opening>
  constructor(pool: pg.Pool, opening: AsyncLocalStorage<Opening>) {
    super(pool)
    this.#opening = opening
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await start(isolationLevel)
      const opened = this.#opening.getStore()
      // The adapter declares its connection protected; without it, two transactions would be needed in place of one.
      if (opened !== undefined) opened.client = (transaction as unknown as { readonly client: pg.PoolClient }).client
      return transaction
    }
    return adapter
  }
}

/** The rows that can be locked, by key. A source that is being deleted is not found. */
const ROWS = {
  source: 'sources WHERE id = $1 AND deleting_at IS NULL',
  credential: 'credentials WHERE id = $1',
  lease: 'leases WHERE source_id = $1',
  notificationTarget: 'notification_targets WHERE id = $1',
  quarantined: 'quarantine WHERE id = $1',
  sink: 'sinks WHERE id = $1',
  setting: 'settings WHERE key = $1',
  upload: 'uploads WHERE id = $1',
  generation: 'search_generations WHERE id = $1',
  bulkOperation: 'bulk_operations WHERE id = $1',
} as const

/**
 * Locks a row until the end of the transaction, which Prisma cannot express, and returns the time by the database's clock; null when there is no such
 * row. Lock first and read afterwards: a statement that waits for a lock returns the rest of its data as it was before the wait.
 */
export const lockRow = async (
  client: Pick<pg.ClientBase, 'query'>,
  row: keyof typeof ROWS,
  key: string,
  strength: 'UPDATE' | 'NO KEY UPDATE' | 'KEY SHARE' = 'UPDATE',
): Promise<Date | null> => {
  const { rows } = await client.query<{ now: Date }>(`SELECT clock_timestamp() AS now FROM ${ROWS[row]} FOR ${strength}`, [key])
  return rows[0]?.now ?? null
}

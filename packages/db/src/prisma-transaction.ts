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

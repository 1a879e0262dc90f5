import { type Database, keepVectorIndexes, listGenerations, listVectorIndexes } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import type { Chore } from '../maintenance/chores.js'

export interface IndexDeps {
  readonly database: Database
  /** Of the database, for the connection that builds indexes. */
  readonly databaseUrl: string
  /** False: no index. */
  readonly isWanted: boolean
  readonly log: Logger
}

const EVERY_MS = 300_000
/** When to retry an index that could not be built: building it may have taken hours. */
const REST_MS = 900_000

/** Creates the chore that keeps an index over the vectors of each generation, if Postgres has pgvector. */
export const keepIndexes = ({ database, databaseUrl, isWanted, log }: IndexDeps): Chore => ({
  name: 'vector indexes',
  everyMs: EVERY_MS,
  isWanted: async () => (await listGenerations(database)).length > 0 || (await listVectorIndexes(database)).length > 0,
  work: async (signal) => {
    const problems = await keepVectorIndexes(database, { url: databaseUrl, isWanted, signal })
    for (const problem of problems) log.warn({ problem }, 'search vectors have no index, so all of them are compared')
    return problems.length > 0 ? REST_MS : 0
  },
})

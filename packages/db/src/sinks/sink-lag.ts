import { readChangeLag } from '../changes/read-head.js'
import type { Database } from '../database.js'
import { listSinks, type Sink } from './sinks.js'

/** How far a sink is behind. */
export interface SinkLag {
  /** Whether what was stored before it was made is still being delivered. */
  readonly fillsUp: boolean
  /** Changes that wait; 0 while it fills up. */
  readonly waiting: number
  /** How long the oldest waits; null when none does, and while it fills up. */
  readonly seconds: number | null
}

export const readSinkLag = async (database: Pick<Database, 'pool'>, { position, sources }: Pick<Sink, 'position' | 'sources'>): Promise<SinkLag> =>
  position === null || position.walk !== null
    ? { fillsUp: true, waiting: 0, seconds: null }
    : { fillsUp: false, ...(await readChangeLag(database, { ...position, sources })) }

/** All sinks, each with how far it is behind; for a scrape. */
export const readSinkLags = async (database: Pick<Database, 'pool' | 'prisma'>): Promise<readonly (Sink & { readonly lag: SinkLag })[]> =>
  Promise.all((await listSinks(database)).map(async (sink) => ({ ...sink, lag: await readSinkLag(database, sink) })))

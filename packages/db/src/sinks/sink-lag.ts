import { readChangeLag } from '../changes/read-head.js'
import type { Database } from '../database.js'
import { listSinks, type Sink } from './sinks.js'

/** How far behind a sink is. */
export interface SinkLag {
  /** Whether what was stored before it was created is still being delivered. */
  readonly fillsUp: boolean
  /** Changes waiting; 0 during that initial delivery. */
  readonly waiting: number
  /** How long the oldest has waited; null when none does, and during the initial delivery. */
  readonly seconds: number | null
}

export const readSinkLag = async (database: Pick<Database, 'pool'>, { position, sources }: Pick<Sink, 'position' | 'sources'>): Promise<SinkLag> =>
  position === null || position.walk !== null
    ? { fillsUp: true, waiting: 0, seconds: null }
    : { fillsUp: false, ...(await readChangeLag(database, { ...position, sources })) }

/** Lists all sinks with their lag, for a metrics scrape. */
export const readSinkLags = async (database: Pick<Database, 'pool' | 'prisma'>): Promise<readonly (Sink & { readonly lag: SinkLag })[]> =>
  Promise.all((await listSinks(database)).map(async (sink) => ({ ...sink, lag: await readSinkLag(database, sink) })))

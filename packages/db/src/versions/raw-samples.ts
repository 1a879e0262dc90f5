import type { Database } from '../database.js'
import { lockRow } from '../prisma-transaction.js'

/** How many raw records are stored per stream, and their maximum size in characters. */
export const STORED_SAMPLES = 50
export const MAX_SAMPLE_LENGTH = 65_536

export interface RawSample {
  readonly stream: string
  /** JSON text of the record as the connector yielded it. */
  readonly record: string
}

/** Stores raw records of a source, keeping the latest of each stream. Does nothing for a source that is being deleted. */
export const saveSamples = (database: Database, sourceId: string, samples: readonly RawSample[]): Promise<void> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    if (samples.length === 0 || (await lockRow(client, 'source', sourceId, 'KEY SHARE')) === null) return
    await prisma.rawSample.createMany({ data: samples.map(({ stream, record }) => ({ sourceId, stream, record })) })
    // SQL: a window function ranks the newest of each stream.
    await client.query(
      `DELETE FROM raw_samples WHERE id IN (SELECT id FROM (
         SELECT id, row_number() OVER (PARTITION BY stream ORDER BY id DESC) AS place FROM raw_samples WHERE source_id = $1) stored WHERE place > ${STORED_SAMPLES})`,
      [sourceId],
    )
  })

/** Lists the stored raw records of a source, oldest first. */
export const listSamples = ({ prisma }: Database, sourceId: string): Promise<readonly RawSample[]> =>
  prisma.rawSample.findMany({ where: { sourceId }, orderBy: { id: 'asc' }, select: { stream: true, record: true } })

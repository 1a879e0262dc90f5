import type { Database } from '../database.js'

/** A quarantined record to be retried. */
export interface Retry {
  readonly id: string
  readonly stream: string
  /** JSON text of the record. */
  readonly record: string
  /** The batch it first came in. */
  readonly epoch: number
  readonly seq: number
}

/** Lists records of a source to be retried, by id after the given one; together their texts stay near `maxBytes`. */
export const listRetries = async (
  database: Pick<Database, 'pool'>,
  request: { readonly sourceId: string; readonly afterId: string; readonly limit: number; readonly maxBytes: number },
): Promise<readonly Retry[]> => {
  // SQL: adds up sizes before reading texts.
  const { rows } = await database.pool.query<{ id: string; stream: string; record: string; epoch: string; seq: number }>(
    `SELECT id, stream, coalesce(edited, record) AS record, epoch, seq FROM (
       SELECT *, sum(octet_length(coalesce(edited, record))) OVER (ORDER BY id) - octet_length(coalesce(edited, record)) AS before FROM (
         SELECT id, stream, edited, record, epoch, seq FROM quarantine WHERE source_id = $1 AND state = 'retrying' AND id > $2 ORDER BY id LIMIT $3) page) sized
     WHERE before < $4 ORDER BY id`,
    [request.sourceId, request.afterId, request.limit, request.maxBytes],
  )
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }))
}

/** Counts the records of a source to be retried. */
export const countRetries = ({ prisma }: Pick<Database, 'prisma'>, sourceId: string): Promise<number> =>
  prisma.quarantine.count({ where: { sourceId, state: 'retrying' } })

/** Lists the names of the streams of a source. */
export const listStreamNames = async ({ prisma }: Pick<Database, 'prisma'>, sourceId: string): Promise<readonly string[]> =>
  (await prisma.stream.findMany({ where: { sourceId }, select: { name: true } })).map(({ name }) => name)

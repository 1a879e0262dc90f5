import type { Database } from '../database.js'

/** A quarantined record that is to be tried again. */
export interface Retry {
  readonly id: string
  readonly stream: string
  /** JSON text of the record. */
  readonly record: string
  /** The batch it first came in. */
  readonly epoch: number
  readonly seq: number
}

/** What is to be retried of a source, by id after the given one, of which the texts together stay near `maxBytes`. */
export const listRetries = async (
  database: Pick<Database, 'pool'>,
  request: { readonly sourceId: string; readonly afterId: string; readonly limit: number; readonly maxBytes: number },
): Promise<readonly Retry[]> => {
  // SQL: adds up sizes before it reads texts.
  const { rows } = await database.pool.query<{ id: string; stream: string; record: string; epoch: string; seq: number }>(
    `SELECT id, stream, coalesce(edited, record) AS record, epoch, seq FROM (
       SELECT *, sum(octet_length(coalesce(edited, record))) OVER (ORDER BY id) - octet_length(coalesce(edited, record)) AS before FROM (
         SELECT id, stream, edited, record, epoch, seq FROM quarantine WHERE source_id = $1 AND state = 'retrying' AND id > $2 ORDER BY id LIMIT $3) page) sized
     WHERE before < $4 ORDER BY id`,
    [request.sourceId, request.afterId, request.limit, request.maxBytes],
  )
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }))
}

/** How many records of a source are to be retried. */
export const countRetries = ({ prisma }: Pick<Database, 'prisma'>, sourceId: string): Promise<number> =>
  prisma.quarantine.count({ where: { sourceId, state: 'retrying' } })

/** The names of the streams of a source. */
export const listStreamNames = async ({ prisma }: Pick<Database, 'prisma'>, sourceId: string): Promise<readonly string[]> =>
  (await prisma.stream.findMany({ where: { sourceId }, select: { name: true } })).map(({ name }) => name)

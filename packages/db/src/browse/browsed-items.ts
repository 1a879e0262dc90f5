import { createHash } from 'node:crypto'
import { CREDENTIAL_OF_SOURCE } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import { lockRow, readDatabaseTime, toJson } from '../prisma-transaction.js'
import { byRef } from '../sources/find-source.js'

/** A question put to a source: `of` is the path and everything else the answer depends on. */
export interface BrowseQuestion {
  readonly sourceId: string
  readonly view: 'list' | 'metadata' | 'content'
  readonly of: readonly (string | number)[]
  /** From `findBrowseTarget`: an answer with another stamp is treated as absent. */
  readonly stamp: string
}

export interface BrowsedItem<Answer> {
  readonly id: string
  readonly answer: Answer
  readonly fetchedAt: Date
  readonly expiresAt: Date
}

/** How many answers of one source are cached; sources answer with as much as they like. */
const CACHED_ANSWERS = 1_000
/** Content that expires while it is being read is kept this much longer. */
const READING_SECONDS = 900

const ITEM = { id: true, answer: true, fetchedAt: true, expiresAt: true } as const

export const questionKey = ({ of }: Pick<BrowseQuestion, 'of'>): Buffer<ArrayBuffer> =>
  Buffer.from(createHash('sha256').update(JSON.stringify(of)).digest())

/** Returns the cached answer; null when it has expired or was read with other settings. */
export const findBrowsed = async <Answer>({ pool, prisma }: Database, question: BrowseQuestion): Promise<BrowsedItem<Answer> | null> => {
  const { sourceId, view, stamp } = question
  const where = { sourceId_view_key: { sourceId, view, key: questionKey(question) }, stamp, expiresAt: { gt: await readDatabaseTime(pool) } }
  // Safe: only answers of this view are ever written under its key.
  return (await prisma.browsedItem.findUnique({ where, select: ITEM })) as BrowsedItem<Answer> | null
}

/** Caches an answer for `ttlSeconds`, replacing the previous one. Returns null when the source was deleted in the meantime. */
export const cacheBrowsed = <Answer>(
  database: Database,
  question: BrowseQuestion,
  { answer, ttlSeconds }: { readonly answer: Answer; readonly ttlSeconds: number },
): Promise<BrowsedItem<Answer> | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { sourceId, view, stamp } = question
    const now = await lockRow(client, 'source', sourceId, 'KEY SHARE')
    if (now === null) return null
    const key = questionKey(question)
    const written = { stamp, answer: toJson(answer), fetchedAt: now, expiresAt: new Date(now.getTime() + ttlSeconds * 1_000) }
    const where = { sourceId_view_key: { sourceId, view, key } }
    const item = await prisma.browsedItem.upsert({ where, create: { sourceId, view, key, ...written }, update: written, select: ITEM })
    await trimBrowsed(client, sourceId, Number.MAX_SAFE_INTEGER)
    return item as BrowsedItem<Answer>
  })

/** Removes expired items, and the oldest items beyond the limit on their number or (for contents) on their bytes. */
export const trimBrowsed = async (client: Pick<Database['pool'], 'query'>, sourceId: string, maxBytes: number): Promise<void> => {
  // SQL: window functions find the oldest items by rank and by the total size of newer ones.
  await client.query(
    `DELETE FROM browsed_items WHERE source_id = $1 AND (expires_at < now() - $2 * interval '1 second' OR id IN (
       SELECT id FROM (SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS bytes FROM browsed_items WHERE source_id = $1
         WINDOW newest AS (ORDER BY fetched_at DESC, id)) ranked WHERE place > $3 OR bytes > $4))`,
    [sourceId, READING_SECONDS, CACHED_ANSWERS, maxBytes],
  )
}

/** Clears the cache of a source; returns how many answers could still have been used. */
export const forgetBrowsed = (database: Database, sourceId: string): Promise<number> =>
  database.prismaTransaction(async (tx) => {
    const live = await tx.prisma.browsedItem.count({ where: { sourceId, expiresAt: { gt: await readDatabaseTime(tx.client) } } })
    await tx.prisma.browsedItem.deleteMany({ where: { sourceId } })
    return live
  })

export interface BrowseTarget {
  readonly id: string
  readonly connector: string
  readonly config: unknown
  /** Changes with everything an answer depends on other than time: version, credential, and the generation that reload raises. */
  readonly stamp: string
}

/** Returns what is needed to browse a saved source, without its secrets; null when it is unknown or being deleted. */
export const findBrowseTarget = async (database: Database, ref: string): Promise<BrowseTarget | null> => {
  // SQL: the parts of the stamp must be read at one moment.
  const { rows } = await database.pool.query<BrowseTarget>(
    `SELECT s.id, s.connector, v.config, concat_ws(' ', v.id, s.generation, c.id, c.version) AS stamp
     FROM sources s JOIN source_versions v ON v.id = s.version_id ${CREDENTIAL_OF_SOURCE} WHERE ${byRef(ref)} AND s.deleting_at IS NULL`,
    [ref],
  )
  return rows[0] ?? null
}

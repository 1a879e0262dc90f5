import { Failure } from '@inlet/domain'
import type { EmbeddingModel } from '@inlet/search'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { Prisma, type SearchGeneration } from '../generated/client.js'
import { lockRow, readDatabaseTime, type Transaction, toJson } from '../prisma-transaction.js'

/** A model whose vectors search uses or will use, and their progress. Vectors of two generations are never compared. */
export interface Generation extends EmbeddingModel {
  readonly id: string
  /** Identifies the generation in the rows of its vectors. */
  readonly space: number
  readonly questionPrefix: string
  readonly textPrefix: string
  /** The endpoint's key, sealed for (id, version); null if it needs none. */
  readonly sealed: unknown
  readonly version: number
  /** The weight of its ranks in a fusion, where those of words weigh 1. */
  readonly weight: number
  /** Tokens of text that may be embedded per day (UTC); null: no limit. */
  readonly tokensPerDay: number | null
  /** An endpoint that reranks the best hits; null if there is none. */
  readonly rerankUrl: string | null
  readonly rerankModel: string | null
  readonly active: boolean
  readonly replaces: string | null
  readonly activatedAt: Date | null
  readonly walked: number
  readonly walkedAt: Date | null
  readonly pausedUntil: Date | null
  readonly problem: string | null
  readonly failures: number
  /** Why its vectors have no index, or none yet, as last reported by a worker. */
  readonly indexNote: string | null
  readonly tokensToday: number
  readonly tokensTotal: number
  readonly createdAt: Date
  readonly deletingAt: Date | null
}

const toGeneration = (row: SearchGeneration, now: Date): Generation => ({
  ...row,
  sealed: row.sealed,
  walked: Number(row.walked),
  tokensPerDay: row.tokensPerDay === null ? null : Number(row.tokensPerDay),
  tokensToday: row.tokensDay?.toISOString().slice(0, 10) === now.toISOString().slice(0, 10) ? Number(row.tokensToday) : 0,
  tokensTotal: Number(row.tokensTotal),
})

/** Lists all generations, including those being deleted, oldest first. */
export const listGenerations = async ({ prisma }: Pick<Database, 'prisma'>): Promise<readonly Generation[]> => {
  const now = new Date()
  return (await prisma.searchGeneration.findMany({ orderBy: { space: 'asc' } })).map((row) => toGeneration(row, now))
}

/** Returns a generation that is not being deleted; null when unknown. */
export const findGeneration = async ({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<Generation | null> => {
  const row = await prisma.searchGeneration.findFirst({ where: { id, deletingAt: null } })
  return row === null ? null : toGeneration(row, new Date())
}

/** Returns the generation that searches use; null when there is none. */
export const findActiveGeneration = async ({ prisma }: Pick<Database, 'prisma'>): Promise<Generation | null> => {
  const row = await prisma.searchGeneration.findFirst({ where: { active: true, deletingAt: null } })
  return row === null ? null : toGeneration(row, new Date())
}

export type NewGeneration = Pick<
  Generation,
  | 'rerankUrl'
  | 'rerankModel'
  | 'id'
  | 'url'
  | 'model'
  | 'dimensions'
  | 'asksDimensions'
  | 'questionPrefix'
  | 'textPrefix'
  | 'sealed'
  | 'weight'
  | 'tokensPerDay'
>

/** Creates a generation beside the existing ones; the workers make its vectors. `sealed` is sealed for (id, version 1). */
export const createGeneration = (database: Database, { sealed, ...generation }: NewGeneration, actor: Actor): Promise<void> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    // An indexer at work now does not know of it yet: its walk over all records must not begin until such indexers are done.
    await client.query('LOCK TABLE embedding_pending IN SHARE ROW EXCLUSIVE MODE')
    await prisma.searchGeneration.create({
      data: { ...generation, ...(sealed === null ? {} : { sealed: toJson(sealed) }), createdBy: actor },
      select: { id: true },
    })
    await writeAudit(client, { actor, action: 'generation.create', targetType: 'generation', targetId: generation.id, after: generation })
  })

export interface GenerationChange {
  readonly id: string
  readonly weight?: number | undefined
  readonly tokensPerDay?: number | null | undefined
  readonly rerankUrl?: string | null | undefined
  readonly rerankModel?: string | null | undefined
  /** Seals keys for a version, given what is sealed now and for which version. */
  readonly seal?: ((version: number, before: Pick<Generation, 'sealed' | 'version'>) => unknown) | undefined
}

/** Changes what is given, and ends any pause. False when there is no such generation. */
export const updateGeneration = (database: Database, { id, seal, ...changes }: GenerationChange, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const before = await lockGeneration({ prisma, client }, id)
    if (before === null) return false
    const version = before.version + (seal === undefined ? 0 : 1)
    const { weight, tokensPerDay, rerankUrl, rerankModel } = changes
    const shown = {
      ...(weight === undefined ? {} : { weight }),
      ...(tokensPerDay === undefined ? {} : { tokensPerDay }),
      ...(rerankUrl === undefined ? {} : { rerankUrl }),
      ...(rerankModel === undefined ? {} : { rerankModel }),
    }
    await prisma.searchGeneration.update({
      where: { id },
      data: { ...shown, pausedUntil: null, ...(seal === undefined ? {} : { version, sealed: toJson(seal(version, before)) ?? Prisma.DbNull }) },
      select: { id: true },
    })
    const { weight: oldWeight, tokensPerDay: oldBudget } = before
    await writeAudit(client, {
      actor,
      action: 'generation.update',
      targetType: 'generation',
      targetId: id,
      before: { weight: oldWeight, tokensPerDay: oldBudget === null ? null : Number(oldBudget), version: before.version },
      after: { ...shown, version },
    })
    return true
  })

const lockGeneration = async ({ prisma, client }: Transaction, id: string): Promise<SearchGeneration | null> => {
  await lockRow(client, 'generation', id)
  return prisma.searchGeneration.findFirst({ where: { id, deletingAt: null } })
}

/** Makes searches use a generation in place of the current one. False when there is no such generation. */
export const activateGeneration = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    // Serializes switches.
    await client.query('SELECT FROM search_generations ORDER BY id FOR UPDATE')
    const next = await prisma.searchGeneration.findFirst({ where: { id, deletingAt: null } })
    if (next === null) return false
    if (next.active) return true
    const before = await prisma.searchGeneration.findFirst({ where: { active: true }, select: { id: true } })
    await prisma.searchGeneration.updateMany({ where: { active: true }, data: { active: false } })
    const activatedAt = await readDatabaseTime(client)
    await prisma.searchGeneration.update({ where: { id }, data: { active: true, replaces: before?.id ?? null, activatedAt }, select: { id: true } })
    await writeAudit(client, { actor, action: 'generation.activate', targetType: 'generation', targetId: id, before, after: { id } })
    return true
  })

/**
 * Returns to the generation that was active before, or to none if there was none or it is deleted. Returns the one active now; throws NOT_FOUND when
 * none was active.
 */
export const rollBackGeneration = (database: Database, actor: Actor): Promise<string | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    await client.query('SELECT FROM search_generations ORDER BY id FOR UPDATE')
    const present = await prisma.searchGeneration.findFirst({ where: { active: true } })
    if (present === null) throw new Failure('NOT_FOUND', 'no generation is active')
    await prisma.searchGeneration.update({ where: { id: present.id }, data: { active: false }, select: { id: true } })
    const before =
      present.replaces === null
        ? null
        : await prisma.searchGeneration.findFirst({ where: { id: present.replaces, deletingAt: null }, select: { id: true } })
    if (before !== null) await prisma.searchGeneration.update({ where: { id: before.id }, data: { active: true }, select: { id: true } })
    await writeAudit(client, {
      actor,
      action: 'generation.roll_back',
      targetType: 'generation',
      targetId: present.id,
      before: { id: present.id },
      after: before,
    })
    return before?.id ?? null
  })

/** Starts to delete a generation: searches stop using it at once, its vectors are removed later. False when there is none. */
export const deleteGeneration = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const generation = await lockGeneration({ prisma, client }, id)
    if (generation === null) return false
    const deletingAt = await readDatabaseTime(client)
    await prisma.searchGeneration.update({ where: { id }, data: { active: false, deletingAt }, select: { id: true } })
    await writeAudit(client, { actor, action: 'generation.delete', targetType: 'generation', targetId: id, targetName: generation.model })
    return true
  })

const DROPPED_AT_A_TIME = 5_000
const DROP = `
WITH gone AS (
  DELETE FROM search_codes WHERE ctid = ANY(ARRAY(SELECT ctid FROM search_codes WHERE space = $1 LIMIT $2)) RETURNING stream_id, key_hash, ordinal
), vectors AS (
  DELETE FROM search_vectors WHERE ctid = ANY(ARRAY(SELECT v.ctid FROM gone g CROSS JOIN LATERAL (
    SELECT ctid FROM search_vectors WHERE space = $1 AND stream_id = g.stream_id AND key_hash = g.key_hash AND ordinal = g.ordinal LIMIT 1) v))
), waiting AS (
  DELETE FROM embedding_pending WHERE ctid = ANY(ARRAY(SELECT ctid FROM embedding_pending WHERE space = $1 LIMIT $2)) RETURNING 1
)
SELECT (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM waiting)::int AS rows`

/** Removes the vectors of generations being deleted, in chunks, and then the generations. Safe to interrupt. */
export const finishDroppedGenerations = async (database: Database, signal?: AbortSignal): Promise<void> => {
  for (const { id, space } of (await listGenerations(database)).filter(({ deletingAt }) => deletingAt !== null))
    for (;;) {
      if (signal?.aborted === true) return
      const { rows } = await database.pool.query<{ rows: number }>(DROP, [space, DROPPED_AT_A_TIME])
      if (rows[0]?.rows !== 0) continue
      await database.prisma.searchGeneration.deleteMany({ where: { id } })
      break
    }
}

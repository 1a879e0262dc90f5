import { Failure, maskUrl, type RecordKind, type SinkKind } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { ChangePosition } from '../changes/read-changes.js'
import { readChangeLag } from '../changes/read-head.js'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'
import { lockRow, toJson } from '../prisma-transaction.js'
import { isUniqueViolation } from '../sql-state.js'

/** A destination for changes, as shown to users: without its secret. */
export interface Sink {
  readonly id: string
  readonly name: string
  readonly kind: SinkKind
  /** Masked. */
  readonly url: string
  /** Source ids; empty: all sources. */
  readonly sources: readonly string[]
  readonly stream: string | null
  readonly recordKind: RecordKind | null
  readonly batchSize: number
  readonly active: boolean
  readonly refused: string | null
  readonly position: ChangePosition | null
  readonly attempts: number
  readonly nextAt: Date | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly delivered: bigint
  readonly deliveredAt: Date | null
  readonly previousUntil: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

const SHOWN = {
  id: true,
  name: true,
  kind: true,
  url: true,
  sources: true,
  stream: true,
  recordKind: true,
  batchSize: true,
  active: true,
  refused: true,
  position: true,
  attempts: true,
  nextAt: true,
  lastStatus: true,
  lastError: true,
  delivered: true,
  deliveredAt: true,
  previousUntil: true,
  createdAt: true,
  updatedAt: true,
} as const

// Safe: only a Sink is ever written here.
const toSink = (row: Prisma.SinkGetPayload<{ select: typeof SHOWN }>) => row as unknown as Sink

/** Lists all sinks by name; there are few. */
export const listSinks = async ({ prisma }: Pick<Database, 'prisma'>): Promise<readonly Sink[]> =>
  (await prisma.sink.findMany({ orderBy: { name: 'asc' }, select: SHOWN })).map(toSink)

export const findSink = async ({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<Sink | null> => {
  const row = await prisma.sink.findUnique({ where: { id }, select: SHOWN })
  return row === null ? null : toSink(row)
}

type Settings = Pick<Sink, 'name' | 'sources' | 'stream' | 'recordKind' | 'batchSize' | 'active'>

export interface NewSink extends Settings {
  readonly id: string
  readonly kind: SinkKind
  /** Unmasked; it is masked here. */
  readonly url: string
  /** URL and secret, sealed for (id, version 1). */
  readonly sealed: unknown
  /** Null: from the beginning. */
  readonly position: ChangePosition | null
}

/** Creates a sink. Throws NAME_TAKEN. */
export const createSink = async (database: Database, { id, kind, url, sealed, position, ...settings }: NewSink, actor: Actor): Promise<void> => {
  const shown = { kind, url: maskUrl(url), ...settings, sources: [...settings.sources] }
  await database
    .prismaTransaction(async ({ prisma, client }) => {
      await prisma.sink.create({
        data: { id, ...shown, sealed: toJson(sealed), position: position === null ? Prisma.DbNull : toJson(position) },
        select: { id: true },
      })
      await writeAudit(client, { actor, action: 'sink.create', targetType: 'sink', targetId: id, after: shown })
    })
    .catch(orNameTaken(settings.name))
}

const orNameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw isUniqueViolation(error) ? new Failure('NAME_TAKEN', `a sink named "${name}" exists`, { field: 'name' }) : error
  }

export interface SinkChange {
  readonly id: string
  readonly settings: Partial<Settings>
  /** Where it continues: null from the beginning, undefined where it was. */
  readonly position?: ChangePosition | null | undefined
  /** Unmasked; it is masked here. */
  readonly url?: string | undefined
  /** Seals a new secret, a new URL or both for a version, given what is sealed now. */
  readonly reseal?: ((stored: unknown, version: number) => unknown) | undefined
  /** How long the previous secret signs too; undefined when the secret stays. */
  readonly overlapSeconds?: number | undefined
}

/**
 * Changes what is given; a delivery in progress no longer counts, and the next one begins at once. Returns false when there is no such sink. Throws
 * NAME_TAKEN.
 */
export const updateSink = (database: Database, change: SinkChange, actor: Actor): Promise<boolean> => {
  const { id, settings, position, url, reseal, overlapSeconds } = change
  return database
    .prismaTransaction(async ({ prisma, client }) => {
      const now = await lockRow(client, 'sink', id)
      const row = await prisma.sink.findUnique({ where: { id }, select: { ...SHOWN, sealed: true, version: true } })
      if (now === null || row === null) return false
      const { name, sources, stream, recordKind, batchSize, active, url: shownUrl, sealed, version } = row
      const before = { name, sources, stream, recordKind, batchSize, active, url: shownUrl }
      const after = { ...before, ...settings, sources: [...(settings.sources ?? sources)], ...(url === undefined ? {} : { url: maskUrl(url) }) }
      await prisma.sink.update({
        where: { id },
        data: {
          ...after,
          refused: null,
          attempts: 0,
          nextAt: null,
          holder: null,
          heldUntil: null,
          epoch: { increment: 1 },
          updatedAt: now,
          ...(position === undefined ? {} : { position: position === null ? Prisma.DbNull : toJson(position) }),
          ...(reseal === undefined ? {} : { sealed: toJson(reseal(sealed, version)), version: version + 1 }),
          ...(overlapSeconds === undefined ? {} : { previousUntil: new Date(now.getTime() + overlapSeconds * 1_000) }),
        },
        select: { id: true },
      })
      const secret = overlapSeconds === undefined ? {} : { secret: 'replaced' }
      await writeAudit(client, { actor, action: 'sink.update', targetType: 'sink', targetId: id, before, after: { ...after, ...secret } })
      return true
    })
    .catch(orNameTaken(settings.name ?? ''))
}

/** Deletes a sink; false when there is none. */
export const deleteSink = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    await lockRow(client, 'sink', id)
    const before = await prisma.sink.findUnique({ where: { id }, select: { name: true, url: true } })
    if (before === null) return false
    await prisma.sink.delete({ where: { id }, select: { id: true } })
    await writeAudit(client, { actor, action: 'sink.delete', targetType: 'sink', targetId: id, targetName: before.name, before })
    return true
  })

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

import { Failure } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { checkDraftRevision, noDraft } from './publish-version.js'
import { contentColumns, lockSource, toContent, type VersionContent } from './version-rows.js'

export interface Draft {
  readonly content: VersionContent
  /** Raised by every change to the draft or to the live version it would replace. */
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly live: { readonly id: string; readonly number: number; readonly content: VersionContent }
}

export interface DraftToSave {
  readonly sourceId: string
  /** What is left out is taken from the live version. */
  readonly content: { readonly [K in keyof VersionContent]?: VersionContent[K] | undefined }
  /** The revision the caller has read; null: any; undefined: there must be no draft yet. */
  readonly expectedRevision: number | null | undefined
  readonly actor: Actor
}

/**
 * Replaces the draft of a source, or creates it (`created`). Returns null when the source is unknown. Throws PRECONDITION_REQUIRED,
 * PRECONDITION_FAILED.
 */
export const saveDraft = (database: Database, request: DraftToSave): Promise<{ readonly created: boolean } | null> =>
  database.prismaTransaction(async (tx) => {
    const { client, prisma } = tx
    const { sourceId, expectedRevision } = request
    const source = await lockSource(tx, sourceId)
    if (source === null) return null
    const { draft, live } = source
    if (draft !== null && expectedRevision === undefined)
      throw new Failure('PRECONDITION_REQUIRED', 'there is a draft; If-Match is required to replace it')
    if (typeof expectedRevision === 'number') {
      if (draft === null) throw new Failure('PRECONDITION_FAILED', 'the draft is gone')
      checkDraftRevision(source, expectedRevision)
    }
    const content: VersionContent = {
      config: request.content.config ?? live.content.config,
      mapping: request.content.mapping === undefined ? live.content.mapping : request.content.mapping,
      schedule: request.content.schedule === undefined ? live.content.schedule : request.content.schedule,
    }
    if (draft === null) await prisma.sourceVersion.create({ data: { sourceId, state: 'draft', ...contentColumns(content) }, select: { id: true } })
    else await prisma.sourceVersion.update({ where: { id: draft.id }, data: { ...contentColumns(content), updatedAt: source.now } })
    await prisma.source.update({ where: { id: sourceId }, data: { draftRevision: { increment: 1 } } })
    await writeAudit(client, {
      actor: request.actor,
      action: 'source.draft',
      targetType: 'source',
      targetId: sourceId,
      before: draft?.content,
      after: content,
    })
    return { created: draft === null }
  })

/** Deletes the draft. Returns null when the source is unknown. Throws NOT_FOUND without a draft, PRECONDITION_FAILED. */
export const deleteDraft = (
  database: Database,
  request: { readonly sourceId: string; readonly expectedRevision: number | null; readonly actor: Actor },
): Promise<true | null> =>
  database.prismaTransaction(async (tx) => {
    const source = await lockSource(tx, request.sourceId)
    if (source === null) return null
    if (source.draft === null) throw noDraft()
    if (request.expectedRevision !== null) checkDraftRevision(source, request.expectedRevision)
    await tx.prisma.sourceVersion.delete({ where: { id: source.draft.id } })
    await tx.prisma.source.update({ where: { id: request.sourceId }, data: { draftRevision: { increment: 1 } } })
    await writeAudit(tx.client, {
      actor: request.actor,
      action: 'source.discardDraft',
      targetType: 'source',
      targetId: request.sourceId,
      before: source.draft.content,
    })
    return true
  })

/** Returns the draft of a source together with the live version; null without a draft. */
export const findDraft = async ({ prisma }: Database, sourceId: string): Promise<Draft | null> => {
  const [source, draft] = await Promise.all([
    prisma.source.findUnique({ where: { id: sourceId, deletingAt: null }, select: { versionId: true, draftRevision: true } }),
    prisma.sourceVersion.findFirst({ where: { sourceId, state: 'draft' } }),
  ])
  if (source === null || source.versionId === null || draft === null) return null
  const live = await prisma.sourceVersion.findUnique({ where: { id: source.versionId } })
  if (live === null || live.number === null) return null
  return {
    content: toContent(draft),
    revision: source.draftRevision,
    createdAt: draft.createdAt,
    updatedAt: draft.updatedAt,
    live: { id: live.id, number: live.number, content: toContent(live) },
  }
}

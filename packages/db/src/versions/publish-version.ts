import { canonicalJson, Failure } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import type { Transaction } from '../prisma-transaction.js'
import { createRun } from '../runs/create-run.js'
import { accountTicksBefore } from '../ticks/account-ticks.js'
import {
  CONTENT_COLUMNS,
  goLive,
  insertPublished,
  type LockedSource,
  lockSource,
  mayBeRepaired,
  type NumberedVersion,
  publishDraftRow,
  sameContent,
  toContent,
  type VersionContent,
} from './version-rows.js'

export interface PublishedVersion {
  readonly id: string
  readonly number: number
  /** The run that must be enqueued: of a source that the version may have repaired, or of a tick due under the previous schedule. */
  readonly runId: string | null
  readonly rescheduled: boolean
}

export interface DraftToPublish {
  readonly sourceId: string
  /** The revision of the draft that the caller has read and checked. */
  readonly expectedRevision: number
  readonly actor: Actor
  /** The blockers that the publish checks found and the caller overrode; recorded in the event. */
  readonly overridden?: object | undefined
}

/**
 * Makes the draft the live version in one transaction: of two concurrent calls, one wins. Returns null when the source is unknown. Throws NOT_FOUND
 * without a draft, PRECONDITION_FAILED when draft or live version changed, VERSION_UNCHANGED.
 */
export const publishDraft = (database: Database, request: DraftToPublish): Promise<PublishedVersion | null> =>
  database.prismaTransaction(async (tx) => {
    const { sourceId } = request
    const source = await lockSource(tx, sourceId)
    if (source === null) return null
    checkDraftRevision(source, request.expectedRevision)
    const { draft } = source
    if (draft === null) throw noDraft()
    if (sameContent(draft.content, source.live.content)) throw unchanged('the draft', source.live.number)
    const version = await publishDraftRow(tx.prisma, { sourceId, id: draft.id, now: source.now })
    const event = { type: 'version.published', message: `version ${version.number} published`, data: { overridden: request.overridden } }
    return finish(tx, { sourceId, source, version, content: draft.content, actor: request.actor, action: 'source.publish', event })
  })

export interface Rollback {
  readonly sourceId: string
  /** The number of the version whose content becomes live again. */
  readonly number: number
  /** The revision of the source that the caller has read; null: roll back whatever is live. */
  readonly expectedRevision: number | null
  readonly actor: Actor
}

/**
 * Publishes the content of an earlier version again. Returns null when the source is unknown. Throws NOT_FOUND, PRECONDITION_FAILED,
 * VERSION_UNCHANGED.
 */
export const rollBack = (database: Database, request: Rollback): Promise<PublishedVersion | null> =>
  database.prismaTransaction(async (tx) => {
    const { sourceId, number } = request
    const source = await lockSource(tx, sourceId)
    if (source === null) return null
    if (request.expectedRevision !== null && request.expectedRevision !== source.row.revision)
      throw new Failure('PRECONDITION_FAILED', `the source has changed: it has revision ${source.row.revision} now`)
    const earlier = await tx.prisma.sourceVersion.findUnique({ where: { sourceId_number: { sourceId, number } }, select: CONTENT_COLUMNS })
    if (earlier === null) throw new Failure('NOT_FOUND', `the source has no version ${number}`, { field: 'version' })
    const content = toContent(earlier)
    if (sameContent(content, source.live.content)) throw unchanged(`version ${number}`, source.live.number)
    const version = await insertPublished(tx.prisma, { sourceId, content, now: source.now, restoredFrom: number })
    const event = {
      type: 'version.rolled_back',
      message: `version ${version.number} published with the content of version ${number}`,
      data: { restoredFrom: number },
    }
    return finish(tx, { sourceId, source, version, content, actor: request.actor, action: `source.rollback:${number}`, event })
  })

interface Finish {
  readonly sourceId: string
  readonly source: LockedSource
  readonly version: NumberedVersion
  readonly content: VersionContent
  readonly actor: Actor
  readonly action: string
  readonly event: { readonly type: string; readonly message: string; readonly data: object }
}

const finish = async ({ prisma, client }: Transaction, done: Finish): Promise<PublishedVersion> => {
  const { sourceId, source, version, content } = done
  const repairs = mayBeRepaired(source.row)
  const due = canonicalJson(content.schedule) === canonicalJson(source.live.content.schedule) ? null : await accountTicksBefore(client, sourceId)
  const { rescheduled } = await goLive(prisma, { sourceId, before: source, versionId: version.id, content, repairs })
  await writeAudit(client, {
    actor: done.actor,
    action: done.action,
    targetType: 'source',
    targetId: sourceId,
    before: source.live.content,
    after: content,
  })
  const { type, message, data } = done.event
  await writeEvent(client, { sourceId, type, level: 'info', message, data: { version: version.number, before: source.live.number, ...data } })
  const restart = repairs ? await createRun(client, { sourceId, trigger: 'restart' }) : null
  return { ...version, runId: restart?.created === true ? restart.id : (due?.runId ?? null), rescheduled }
}

export const noDraft = (): Failure => new Failure('NOT_FOUND', 'the source has no draft')

/** Checks that the draft is the one the caller has seen. Throws PRECONDITION_FAILED. */
export const checkDraftRevision = (source: LockedSource, expected: number): void => {
  if (source.draft !== null && expected !== source.row.draftRevision)
    throw new Failure('PRECONDITION_FAILED', 'the draft, or the live version it would replace, has changed')
}

const unchanged = (what: string, live: number): Failure => new Failure('VERSION_UNCHANGED', `${what} is identical to version ${live}, which is live`)

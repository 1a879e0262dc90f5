import { Failure } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { type Actor, writeAudit } from '../sources/audit.js'
import { goLive } from './go-live.js'
import { insertPublished, publishDraftRow } from './insert-version.js'
import { type LockedSource, lockSource } from './lock-source.js'
import { type ContentRow, sameContent, toContent, type VersionContent } from './version-content.js'

export interface PublishedVersion {
  readonly id: string
  readonly number: number
  /** Whether the source had stopped with an error that the version may have repaired. */
  readonly wasInError: boolean
  readonly rescheduled: boolean
}

export interface DraftToPublish {
  readonly sourceId: string
  /** The revision of the draft that the caller has seen and checked. */
  readonly expectedRevision: number
  readonly actor: Actor
  /** What the publish gate said when it was overruled; kept with the event. */
  readonly overruled?: object | undefined
}

/**
 * Makes the draft the live version, in one transaction: of two at once one wins. Null when the source is unknown. Throws
 * NOT_FOUND without a draft, PRECONDITION_FAILED when draft or live version changed, VERSION_UNCHANGED.
 */
export const publishDraft = (database: Database, request: DraftToPublish): Promise<PublishedVersion | null> =>
  database.transaction(async (client) => {
    const { sourceId } = request
    const source = await lockSource(client, sourceId)
    if (source === null) return null
    checkDraftRevision(source, request.expectedRevision)
    const { draft } = source
    if (draft === null) throw noDraft()
    if (sameContent(draft.content, source.live.content)) throw unchanged('the draft', source.live.number)
    const version = await publishDraftRow(client, { sourceId, id: draft.id })
    const note = { type: 'version.published', message: `version ${version.number} published`, data: { overruled: request.overruled } }
    return finish(client, { sourceId, source, version, content: draft.content, actor: request.actor, action: 'source.publish', note })
  })

export interface Rollback {
  readonly sourceId: string
  /** The number of the version whose content becomes live again. */
  readonly number: number
  /** The revision of the source that the caller has read; null rolls back whatever is live. */
  readonly expectedRevision: number | null
  readonly actor: Actor
}

/** Publishes the content of an earlier version anew. Null when the source is unknown. Throws NOT_FOUND, PRECONDITION_FAILED, VERSION_UNCHANGED. */
export const rollBack = (database: Database, request: Rollback): Promise<PublishedVersion | null> =>
  database.transaction(async (client) => {
    const { sourceId, number } = request
    const source = await lockSource(client, sourceId)
    if (source === null) return null
    if (request.expectedRevision !== null && request.expectedRevision !== source.revision)
      throw new Failure('PRECONDITION_FAILED', `the source has revision ${source.revision} now`)
    const { rows } = await client.query<ContentRow>(
      'SELECT config, mapping, cron, time_zone FROM source_versions WHERE source_id = $1 AND number = $2',
      [sourceId, number],
    )
    if (rows[0] === undefined) throw new Failure('NOT_FOUND', `the source has no version ${number}`, { field: 'version' })
    const content = toContent(rows[0])
    if (sameContent(content, source.live.content)) throw unchanged(`version ${number}`, source.live.number)
    const version = await insertPublished(client, { sourceId, content, restoredFrom: number })
    const note = {
      type: 'version.rolled_back',
      message: `version ${version.number} published with the content of version ${number}`,
      data: { restoredFrom: number },
    }
    return finish(client, { sourceId, source, version, content, actor: request.actor, action: `source.rollback:${number}`, note })
  })

interface Finish {
  readonly sourceId: string
  readonly source: LockedSource
  readonly version: { readonly id: string; readonly number: number }
  readonly content: VersionContent
  readonly actor: Actor
  readonly action: string
  readonly note: { readonly type: string; readonly message: string; readonly data: object }
}

const finish = async (client: pg.ClientBase, done: Finish): Promise<PublishedVersion> => {
  const { sourceId, source, version, content } = done
  const wasInError = source.status === 'ERROR'
  const { rescheduled } = await goLive(client, { sourceId, before: source, versionId: version.id, content, repairs: wasInError })
  await writeAudit(client, {
    actor: done.actor,
    action: done.action,
    targetType: 'source',
    targetId: sourceId,
    before: source.live.content,
    after: content,
  })
  await client.query(`INSERT INTO events (source_id, type, level, message, data) VALUES ($1, $2, 'info', $3, $4)`, [
    sourceId,
    done.note.type,
    done.note.message,
    JSON.stringify({ version: version.number, before: source.live.number, ...done.note.data }),
  ])
  return { ...version, wasInError, rescheduled }
}

export const noDraft = (): Failure => new Failure('NOT_FOUND', 'the source has no draft')

/** Throws PRECONDITION_FAILED. */
export const checkDraftRevision = (source: Pick<LockedSource, 'draftRevision' | 'draft'>, expected: number): void => {
  if (source.draft !== null && expected !== source.draftRevision)
    throw new Failure('PRECONDITION_FAILED', 'the draft, or the live version it would replace, has changed')
}

const unchanged = (what: string, live: number): Failure => new Failure('VERSION_UNCHANGED', `${what} says the same as version ${live}, which is live`)

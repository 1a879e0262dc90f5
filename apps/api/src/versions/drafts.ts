import type { Endpoints } from '@inlet/contract'
import { type Draft, deleteDraft, findDraft, type SourceDetails, saveDraft, type VersionContent } from '@inlet/db'
import { Failure, parseSchedule } from '@inlet/domain'
import { type Asker, guardTargets } from '../credentials/credential-access.js'
import { type Handler, toEtag } from '../http/reply.js'
import { getConnector, getSource, getSourceId, sourceNotFound } from '../source-access/lookup.js'
import { checkMappingForm, checkSettingsForm, toSchedule } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toDraftView } from '../source-access/source-views.js'

/** Returns the draft of a source. Throws NOT_FOUND. */
export const getDraft = async (deps: Pick<SourceDeps, 'database'>, sourceId: string): Promise<Draft> => {
  const draft = await findDraft(deps.database, sourceId)
  if (draft === null) throw new Failure('NOT_FOUND', 'the source has no draft')
  return draft
}

export const getDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['getDraft']> =>
  async ({ params }) => {
    const source = await getSource(deps, params.id)
    const draft = await getDraft(deps, source.id)
    return { status: 200, headers: { etag: toEtag(draft.revision) }, body: toDraftView(draft, source) }
  }

/** Saves a draft. Problems with it are reported at once, not at its publication. */
export const saveDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['saveDraft']> =>
  async ({ params, body, ifMatch, actor, principal }) => {
    const source = await getSource(deps, params.id)
    const schedule = body.schedule === undefined ? undefined : toSchedule(body.schedule)
    await checkContent(deps, source, { config: body.config ?? source.config, mapping: body.mapping ?? null, schedule: null }, { actor, principal })
    const content = { config: body.config, mapping: body.mapping, schedule }
    const saved = await saveDraft(deps.database, { sourceId: source.id, content, expectedRevision: ifMatch, actor })
    if (saved === null) throw sourceNotFound()
    const draft = await getDraft(deps, source.id)
    return { status: saved.created ? 201 : 200, headers: { etag: toEtag(draft.revision) }, body: toDraftView(draft, source) }
  }

export const deleteDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['deleteDraft']> =>
  async ({ params, ifMatch, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    if ((await deleteDraft(deps.database, { sourceId, expectedRevision: ifMatch ?? null, actor })) === null) throw sourceNotFound()
    return { status: 204 }
  }

/**
 * Validates the content of a version as far as possible without a connection, and checks that the stored secrets are for where it leads; an admin may
 * extend their targets. Throws what saving a source throws, and SECRET_TARGET_REFUSED.
 */
export const checkContent = async (deps: SourceDeps, source: SourceDetails, content: VersionContent, asker: Asker): Promise<void> => {
  if (content.schedule !== null) parseSchedule(content.schedule.cron, content.schedule.timeZone)
  checkMappingForm(content.mapping)
  const connector = getConnector(deps, source.connector)
  await checkSettingsForm(deps, connector, { config: content.config, keptSecrets: Object.keys(source.secretTimes) })
  const added = await guardTargets(deps, { connector, config: content.config, of: { sourceId: source.id } }, asker)
  await added.allow()
}

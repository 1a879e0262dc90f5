import type { Endpoints } from '@inlet/contract'
import { getContent, getVersion, listVersions } from '@inlet/db'
import { diffContent } from '@inlet/domain'
import { z } from 'zod'
import { listName, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { getSourceId } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toVersionView } from '../source-access/source-views.js'
import { deleteDraftHandler, getDraftHandler, saveDraftHandler } from './drafts.js'
import { deleteExampleHandler, getExampleHandler, listExamplesHandler, saveExampleHandler } from './examples.js'
import { publishDraftHandler, rollBackHandler } from './publish.js'
import { reviewDraftHandler } from './review-draft.js'

const position = z.tuple([z.int()])

export const listVersionsHandler =
  (deps: SourceDeps): Handler<Endpoints['listVersions']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listVersions', { ...query, sourceId })
    const before = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const rows = await listVersions(deps.database, { sourceId, number: query.number, before, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows.map(toVersionView), query.limit, (last) => deps.tokens.encode(list, [last.number])) }
  }

export const getVersionHandler =
  (deps: SourceDeps): Handler<Endpoints['getVersion']> =>
  async ({ params }) => ({ status: 200, body: toVersionView(await getVersion(deps.database, await getSourceId(deps, params.id), params.number)) })

export const diffVersionsHandler =
  (deps: SourceDeps): Handler<Endpoints['diffVersions']> =>
  async ({ params, query: { from, to } }) => {
    const sourceId = await getSourceId(deps, params.id)
    const [before, after] = await Promise.all([from, to].map((which) => getContent(deps.database, sourceId, toWhich(which))))
    return { status: 200, body: { from, to, changes: diffContent(before, after) } }
  }

const toWhich = (text: string): number | 'live' | 'draft' => (text === 'live' || text === 'draft' ? text : Number(text))

export const createVersionHandlers = (deps: SourceDeps) => ({
  listVersions: listVersionsHandler(deps),
  getVersion: getVersionHandler(deps),
  diffVersions: diffVersionsHandler(deps),
  saveDraft: saveDraftHandler(deps),
  getDraft: getDraftHandler(deps),
  deleteDraft: deleteDraftHandler(deps),
  reviewDraft: reviewDraftHandler(deps),
  publishDraft: publishDraftHandler(deps),
  rollBack: rollBackHandler(deps),
  listExamples: listExamplesHandler(deps),
  getExample: getExampleHandler(deps),
  saveExample: saveExampleHandler(deps),
  deleteExample: deleteExampleHandler(deps),
})

import type { SourceDeps } from '../source-access/source-deps.js'
import { deleteDraftHandler, getDraftHandler, saveDraftHandler } from './drafts.js'
import { deleteExampleHandler, getExampleHandler, listExamplesHandler, saveExampleHandler } from './examples.js'
import { publishDraftHandler, rollBackHandler } from './publish.js'
import { reviewDraftHandler } from './review-draft.js'
import { diffVersionsHandler, getVersionHandler, listVersionsHandler } from './versions.js'

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

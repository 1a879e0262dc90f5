import type { SourceDeps } from '../sources/source-deps.js'
import { deleteDraftHandler } from './delete-draft.js'
import { deleteExampleHandler } from './delete-example.js'
import { diffVersionsHandler } from './diff-versions.js'
import { getDraftHandler } from './get-draft.js'
import { getVersionHandler } from './get-version.js'
import { getExampleHandler, listExamplesHandler } from './list-examples.js'
import { listVersionsHandler } from './list-versions.js'
import { publishDraftHandler } from './publish-draft.js'
import { reviewDraftHandler } from './review-draft.js'
import { rollBackHandler } from './roll-back.js'
import { saveDraftHandler } from './save-draft.js'
import { saveExampleHandler } from './save-example.js'

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

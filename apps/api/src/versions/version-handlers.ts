import type { SourceDeps } from '../sources/source-deps.js'
import { deleteDraftHandler } from './delete-draft.js'
import { diffVersionsHandler } from './diff-versions.js'
import { getDraftHandler } from './get-draft.js'
import { getVersionHandler } from './get-version.js'
import { listVersionsHandler } from './list-versions.js'
import { publishDraftHandler } from './publish-draft.js'
import { rollBackHandler } from './roll-back.js'
import { saveDraftHandler } from './save-draft.js'

export const createVersionHandlers = (deps: SourceDeps) => ({
  listVersions: listVersionsHandler(deps),
  getVersion: getVersionHandler(deps),
  diffVersions: diffVersionsHandler(deps),
  saveDraft: saveDraftHandler(deps),
  getDraft: getDraftHandler(deps),
  deleteDraft: deleteDraftHandler(deps),
  publishDraft: publishDraftHandler(deps),
  rollBack: rollBackHandler(deps),
})

import { browseSourceHandler } from './browse-source.js'
import { checkSourceHandler } from './check-source.js'
import { createSourceHandler } from './create-source.js'
import { deleteSourceHandler } from './delete-source.js'
import { getSourceHandler } from './get-source.js'
import { listQuarantineHandler, listTicksHandler, listVersionsHandler } from './list-source-parts.js'
import { listSourcesHandler } from './list-sources.js'
import { previewSourceHandler } from './preview-source.js'
import { resetCursorHandler } from './reset-cursor.js'
import { runSourceHandler } from './run-source.js'
import { pauseSourceHandler, resumeSourceHandler } from './set-source-status.js'
import type { SourceDeps } from './source-deps.js'
import { updateSourceHandler } from './update-source.js'

export const createSourceHandlers = (deps: SourceDeps) => ({
  createSource: createSourceHandler(deps),
  listSources: listSourcesHandler(deps),
  getSource: getSourceHandler(deps),
  updateSource: updateSourceHandler(deps),
  deleteSource: deleteSourceHandler(deps),
  runSource: runSourceHandler(deps),
  pauseSource: pauseSourceHandler(deps),
  resumeSource: resumeSourceHandler(deps),
  checkSource: checkSourceHandler(deps),
  resetCursor: resetCursorHandler(deps),
  previewSource: previewSourceHandler(deps),
  browseSource: browseSourceHandler(deps),
  listTicks: listTicksHandler(deps),
  listVersions: listVersionsHandler(deps),
  listQuarantine: listQuarantineHandler(deps),
})

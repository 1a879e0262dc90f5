import { backfillSourceHandler } from './backfill-source.js'
import { checkSourceHandler } from './check-source.js'
import { createSourceHandler } from './create-source.js'
import { deleteSourceHandler } from './delete-source.js'
import { explainSourceHandler } from './explain-source.js'
import { getSourceHandler } from './get-source.js'
import { listTicksHandler } from './list-source-parts.js'
import { listSourcesHandler } from './list-sources.js'
import { pauseSourceHandler } from './pause-source.js'
import { previewSourceHandler } from './preview-source.js'
import { reloadSourceHandler } from './reload-source.js'
import { resetCursorHandler } from './reset-cursor.js'
import { restartSourceHandler } from './restart-source.js'
import { resumeSourceHandler } from './resume-source.js'
import { runSourceHandler } from './run-source.js'
import type { SourceDeps } from './source-deps.js'
import { startSourceHandler } from './start-source.js'
import { stopSourceHandler } from './stop-source.js'
import { testNewSourceHandler, testSourceHandler } from './test-source.js'
import { updateSourceHandler } from './update-source.js'

export const createSourceHandlers = (deps: SourceDeps) => ({
  createSource: createSourceHandler(deps),
  listSources: listSourcesHandler(deps),
  getSource: getSourceHandler(deps),
  updateSource: updateSourceHandler(deps),
  deleteSource: deleteSourceHandler(deps),
  runSource: runSourceHandler(deps),
  startSource: startSourceHandler(deps),
  stopSource: stopSourceHandler(deps),
  restartSource: restartSourceHandler(deps),
  reloadSource: reloadSourceHandler(deps),
  pauseSource: pauseSourceHandler(deps),
  resumeSource: resumeSourceHandler(deps),
  backfillSource: backfillSourceHandler(deps),
  checkSource: checkSourceHandler(deps),
  resetCursor: resetCursorHandler(deps),
  previewSource: previewSourceHandler(deps),
  testSource: testSourceHandler(deps),
  testNewSource: testNewSourceHandler(deps),
  explainSource: explainSourceHandler(deps),
  listTicks: listTicksHandler(deps),
})

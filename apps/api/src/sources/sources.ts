import type { SourceDeps } from '../source-access/source-deps.js'
import { createSourceHandler } from './create-source.js'
import { createLifecycleHandlers } from './lifecycle.js'
import { explainSourceHandler, getSourceHandler, listSourcesHandler, listTicksHandler } from './read-sources.js'
import { checkSourceHandler, previewSourceHandler, testNewSourceHandler, testSourceHandler } from './test-source.js'
import { updateSourceHandler } from './update-source.js'

export const createSourceHandlers = (deps: SourceDeps) => ({
  ...createLifecycleHandlers(deps),
  createSource: createSourceHandler(deps),
  updateSource: updateSourceHandler(deps),
  listSources: listSourcesHandler(deps),
  getSource: getSourceHandler(deps),
  explainSource: explainSourceHandler(deps),
  listTicks: listTicksHandler(deps),
  checkSource: checkSourceHandler(deps),
  previewSource: previewSourceHandler(deps),
  testSource: testSourceHandler(deps),
  testNewSource: testNewSourceHandler(deps),
})

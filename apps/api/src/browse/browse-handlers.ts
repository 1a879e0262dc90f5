import type { BrowseDeps } from './browse-deps.js'
import { browseSourceHandler } from './browse-source.js'
import { describeItemHandler } from './describe-item.js'
import { fetchItemHandler } from './fetch-item.js'
import { forgetBrowsedHandler } from './forget-browsed.js'

export const createBrowseHandlers = (deps: BrowseDeps) => ({
  browseSource: browseSourceHandler(deps),
  describeItem: describeItemHandler(deps),
  fetchItem: fetchItemHandler(deps),
  forgetBrowsed: forgetBrowsedHandler(deps),
})

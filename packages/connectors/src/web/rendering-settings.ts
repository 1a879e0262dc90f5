import { type ConnectorContext, Failure, type PageRenderer, type RenderSettings } from '@inlet/connector-sdk'
import type { WebConfig } from './config.js'
import type { RequestHeaders } from './crawl/request-headers.js'

/** Returns how the browser renders a source. */
export const toRenderSettings = (
  { config, egress }: Pick<ConnectorContext<WebConfig>, 'config' | 'egress'>,
  headers: RequestHeaders,
): RenderSettings => ({
  guard: egress,
  userAgent: config.userAgent,
  viewport: config.browser.viewport,
  block: config.browser.block,
  headers: headers.inBrowser,
  waitFor: config.browser.waitFor,
  scroll: config.browser.scroll,
  timeoutMs: config.timeoutMs,
  maxBytes: config.browser.maxBytes,
  maxHtmlBytes: config.maxPageBytes,
})

/** Returns the worker's browser if the settings ask for one. Throws BROWSER_NOT_INSTALLED for a worker without one. */
export const rendererOf = ({ config, renderer }: Pick<ConnectorContext<WebConfig>, 'config' | 'renderer'>): PageRenderer | undefined => {
  if (config.render === 'http') return undefined
  if (renderer === undefined) throw new Failure('BROWSER_NOT_INSTALLED', 'this process runs no browser')
  return renderer
}

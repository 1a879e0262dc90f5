import { type SiteSecrets, toLowerCase, toSecretHeaders } from '../../site/site-access.js'
import type { RssConfig } from '../config.js'

export interface RequestHeaders {
  /** Returns the headers of a request; credentials only for the sites of the feeds. */
  for(url: string, accept: string): Record<string, string>
  /** Names of the headers that contain secrets. */
  readonly credentialNames: readonly string[]
}

export const ACCEPT_FEED =
  'application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.8,application/json;q=0.7,*/*;q=0.1'
export const ACCEPT_PAGE = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1'

export const createRequestHeaders = (config: RssConfig, secrets: SiteSecrets): RequestHeaders => {
  const plain = { 'user-agent': config.userAgent, ...toLowerCase(config.headers) }
  const secret = toSecretHeaders(secrets)
  const trusted = new Set(config.feeds.map((url) => new URL(url).origin))
  return {
    for: (url, accept) => ({ accept, ...plain, ...(trusted.has(new URL(url).origin) ? secret : {}) }),
    credentialNames: Object.keys(secret),
  }
}

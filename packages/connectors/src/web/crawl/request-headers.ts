import { type SiteSecrets, toLowerCase, toSecretHeaders } from '../../site/site-access.js'
import { originOf } from '../address/normalize-url.js'
import type { WebConfig } from '../config.js'

export interface RequestHeaders {
  /** Returns the headers of a request to this URL; credentials only for the sites of the start addresses. */
  for(url: string): Record<string, string>
  /** The headers a browser adds to its own, and for which origins. */
  readonly inBrowser: { readonly origins: readonly string[]; readonly values: Readonly<Record<string, string>> }
  /** Names of the headers that contain secrets. */
  readonly credentialNames: readonly string[]
}

const ACCEPT = 'text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.8,*/*;q=0.1'

export const createRequestHeaders = (config: WebConfig, secrets: SiteSecrets): RequestHeaders => {
  const plain = { accept: ACCEPT, 'user-agent': config.userAgent, ...toLowerCase(config.headers) }
  const secret = toSecretHeaders(secrets)
  const trusted = new Set(config.startUrls.map((url) => originOf(new URL(url).href)))
  return {
    for: (url) => (trusted.has(originOf(url)) ? { ...plain, ...secret } : { ...plain }),
    inBrowser: { origins: [...trusted], values: { ...toLowerCase(config.headers), ...secret } },
    credentialNames: Object.keys(secret),
  }
}

/** Whether anything secret is sent at all. */
export const hasCredentials = (secrets: SiteSecrets): boolean => Object.keys(toSecretHeaders(secrets)).length > 0

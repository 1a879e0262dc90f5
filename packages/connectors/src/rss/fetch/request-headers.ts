import type { RssConfig, RssSecrets } from '../config.js'

export interface RequestHeaders {
  /** Credentials only for the sites of the feeds. */
  for(url: string, accept: string): Record<string, string>
  /** Names of the headers that hold secrets. */
  readonly credentialNames: readonly string[]
}

export const ACCEPT_FEED =
  'application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.8,application/json;q=0.7,*/*;q=0.1'
export const ACCEPT_PAGE = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1'

export const createRequestHeaders = (config: RssConfig, secrets: RssSecrets): RequestHeaders => {
  const plain = { 'user-agent': config.userAgent, ...lowerCase(config.headers) }
  const secret = credentials(secrets)
  const trusted = new Set(config.feeds.map((url) => new URL(url).origin))
  return {
    for: (url, accept) => ({ accept, ...plain, ...(trusted.has(new URL(url).origin) ? secret : {}) }),
    credentialNames: Object.keys(secret),
  }
}

const credentials = (secrets: RssSecrets): Record<string, string> => {
  const headers = lowerCase(secrets.headers ?? {})
  if (secrets.bearerToken !== undefined) headers['authorization'] = `Bearer ${secrets.bearerToken}`
  else if (secrets.username !== undefined)
    headers['authorization'] = `Basic ${Buffer.from(`${secrets.username}:${secrets.password ?? ''}`).toString('base64')}`
  return headers
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

import { originOf } from '../address/normalize-url.js'
import type { WebConfig, WebSecrets } from '../config.js'

export interface RequestHeaders {
  /** The headers for a request to this address; credentials only for the sites of the start addresses. */
  for(url: string): Record<string, string>
  /** What a browser adds to its own headers, and where. */
  readonly inBrowser: { readonly origins: readonly string[]; readonly values: Readonly<Record<string, string>> }
  /** Names of the headers that hold secrets. */
  readonly credentialNames: readonly string[]
}

const ACCEPT = 'text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.8,*/*;q=0.1'

export const createRequestHeaders = (config: WebConfig, secrets: WebSecrets): RequestHeaders => {
  const plain = { accept: ACCEPT, 'user-agent': config.userAgent, ...lowerCase(config.headers) }
  const secret = credentials(secrets)
  const trusted = new Set(config.startUrls.map((url) => originOf(new URL(url).href)))
  return {
    for: (url) => (trusted.has(originOf(url)) ? { ...plain, ...secret } : { ...plain }),
    inBrowser: { origins: [...trusted], values: { ...lowerCase(config.headers), ...secret } },
    credentialNames: Object.keys(secret),
  }
}

/** Whether anything secret is sent at all. */
export const hasCredentials = (secrets: WebSecrets): boolean => Object.keys(credentials(secrets)).length > 0

const credentials = (secrets: WebSecrets): Record<string, string> => {
  const headers = lowerCase(secrets.headers ?? {})
  if (secrets.cookie !== undefined) headers['cookie'] = secrets.cookie
  if (secrets.bearerToken !== undefined) headers['authorization'] = `Bearer ${secrets.bearerToken}`
  else if (secrets.username !== undefined) {
    headers['authorization'] = `Basic ${Buffer.from(`${secrets.username}:${secrets.password ?? ''}`).toString('base64')}`
  }
  return headers
}

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

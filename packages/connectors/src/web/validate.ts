import { checkHeader, Failure, parseHttpUrl } from '@inlet/connector-sdk'
import type { WebConfig, WebSecrets } from './config.js'

/** Headers that the crawl sets itself. */
const RESERVED = new Set(['accept-encoding', 'if-none-match', 'if-modified-since'])
const SECRET_NAME = /auth|cookie|token|secret|key|password|credential/i

/** Checks what the schema cannot. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field. */
export const validateWeb = (config: WebConfig, secrets: WebSecrets): void => {
  for (const [index, url] of config.startUrls.entries()) parseHttpUrl(url, { field: `config.startUrls.${index}`, what: 'the address' })
  if (typeof config.sitemap !== 'string')
    for (const [index, url] of config.sitemap.entries()) parseHttpUrl(url, { field: `config.sitemap.${index}`, what: 'the address' })
  if (config.hashRoutes && config.render !== 'browser')
    throw invalid('hashRoutes without a browser', 'config.hashRoutes', 'Fragments are never sent to the server: set render to "browser".')
  for (const [name, value] of Object.entries(config.headers)) {
    checkOwn(name, value, `config.headers.${name}`)
    if (SECRET_NAME.test(name)) throw invalid(`the header ${name} looks secret`, `config.headers.${name}`, 'Put it into the secrets of the source.')
  }
  for (const [name, value] of Object.entries(secrets.headers ?? {})) checkOwn(name, value, `secrets.headers.${name}`)
  if (secrets.cookie !== undefined) checkHeader('cookie', secrets.cookie, 'secrets.cookie')
  if (secrets.bearerToken !== undefined) checkHeader('authorization', secrets.bearerToken, 'secrets.bearerToken')
  if (secrets.password !== undefined && secrets.username === undefined)
    throw invalid('a password without a user name', 'secrets.username', 'Set both.')
  if (secrets.username?.includes(':') === true)
    throw invalid('a user name with a colon', 'secrets.username', 'HTTP basic authentication has no such names.')
  if (secrets.username !== undefined && secrets.bearerToken !== undefined) {
    throw invalid('both a user name and a bearer token', 'secrets.bearerToken', 'Set one of them.')
  }
}

const checkOwn = (name: string, value: string, field: string): void => {
  checkHeader(name, value, field)
  if (RESERVED.has(name.toLowerCase())) throw invalid(`the header ${name} is set by the crawl itself`, field, 'Leave it out.')
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })

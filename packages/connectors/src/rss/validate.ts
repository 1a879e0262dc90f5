import { Failure, isUrl } from '@inlet/connector-sdk'
import type { RssConfig, RssSecrets } from './config.js'

const RESERVED = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'if-none-match',
  'if-modified-since',
  'upgrade',
  'te',
])
const SECRET_NAME = /auth|cookie|token|secret|key|password|credential/i
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Checks what the schema cannot. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field. */
export const validateRss = (config: RssConfig, secrets: RssSecrets): void => {
  for (const [index, url] of config.feeds.entries()) checkAddress(url, `config.feeds.${index}`)
  for (const [name, value] of Object.entries(config.headers)) {
    checkHeader(name, value, `config.headers.${name}`)
    if (SECRET_NAME.test(name)) throw invalid(`the header ${name} looks secret`, `config.headers.${name}`, 'Put it into the secrets of the source.')
  }
  for (const [name, value] of Object.entries(secrets.headers ?? {})) checkHeader(name, value, `secrets.headers.${name}`)
  if (secrets.bearerToken !== undefined) checkHeader('authorization', secrets.bearerToken, 'secrets.bearerToken')
  if (secrets.password !== undefined && secrets.username === undefined)
    throw invalid('a password without a user name', 'secrets.username', 'Set both.')
  if (secrets.username?.includes(':') === true)
    throw invalid('a user name with a colon', 'secrets.username', 'HTTP basic authentication has no such names.')
  if (secrets.username !== undefined && secrets.bearerToken !== undefined)
    throw invalid('both a user name and a bearer token', 'secrets.bearerToken', 'Set one of them.')
}

const checkAddress = (address: string, field: string): void => {
  if (!isUrl(address)) throw new Failure('INVALID_URL', 'the address is not an absolute URL', { field })
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('URL_SCHEME_NOT_ALLOWED', `the scheme ${url.protocol} is not read`, { field })
  if (url.username !== '' || url.password !== '') throw new Failure('URL_CREDENTIALS_NOT_ALLOWED', 'the address contains credentials', { field })
}

const checkHeader = (name: string, value: string, field: string): void => {
  if (!TOKEN.test(name)) throw invalid('no name for a header', field, 'Use letters, digits and hyphens.')
  if (RESERVED.has(name.toLowerCase())) throw invalid(`the header ${name} is set by the connector itself`, field, 'Leave it out.')
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw invalid(`the header ${name} has a character that cannot be sent`, field, 'Use ASCII on one line.')
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })

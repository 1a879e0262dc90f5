import { Failure } from '@inlet/domain'
import { isPossibleHost, stripHost } from './host-name.js'

const MAX_URL_LENGTH = 8_192

export interface HttpUrlRules {
  /** The setting, e.g. `config.endpoint`. */
  readonly field?: string
  /** What the URL is, for messages; default `the URL`. */
  readonly what?: string
  /** A URL that others are built on: neither query nor fragment allowed. */
  readonly base?: boolean
}

/**
 * The one check of the form of a URL: pure, and applied to the whole value. What is checked must be what is stored, shown and sent, so nothing
 * is silently dropped from it. Throws INVALID_URL, URL_TOO_LONG, URL_SCHEME_NOT_ALLOWED or URL_CREDENTIALS_NOT_ALLOWED with the field; never
 * repeats the value.
 */
export const parseHttpUrl = (text: string, { field, what = 'the URL', base = false }: HttpUrlRules = {}): URL => {
  const at = field === undefined ? {} : { field }
  if (text.length > MAX_URL_LENGTH) throw new Failure('URL_TOO_LONG', `${what} has ${text.length} characters`, at)
  // The URL parser silently drops tabs and line breaks anywhere, and spaces at both ends.
  if (hasControlCharacter(text) || text.trim() !== text)
    throw new Failure('INVALID_URL', `${what} contains control characters, or has blanks around it`, at)
  const url = parse(text, what, at)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('URL_SCHEME_NOT_ALLOWED', `the scheme ${url.protocol.slice(0, 40)} of ${what} is not allowed`, at)
  if (url.username !== '' || url.password !== '' || /^[a-z]+:[/\\]*[^/\\?#]*@/i.test(text))
    throw new Failure('URL_CREDENTIALS_NOT_ALLOWED', `${what} contains a user name or password`, at)
  // The parser accepts any number of slashes, even backslashes; other readers of the URL reject them, or see another host.
  if (!/^[a-z]+:\/\/[^/\\][^\\?#]*(?:[?#]|$)/i.test(text))
    throw new Failure('INVALID_URL', `${what} is not written as https://host/path: two slashes before the host, and no backslash`, at)
  if (!isPossibleHost(stripHost(url.hostname))) throw new Failure('INVALID_URL', `${what} names a host that cannot exist`, at)
  if (base && (url.search !== '' || url.hash !== '' || /[?#]/.test(text)))
    throw new Failure('INVALID_URL', `${what} has neither a query nor a fragment`, at)
  return url
}

const parse = (text: string, what: string, at: { readonly field?: string }): URL => {
  try {
    return new URL(text)
  } catch {
    throw new Failure('INVALID_URL', `${what} cannot be read: it must be an absolute URL`, at)
  }
}

const hasControlCharacter = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit === 0x7f) return true
  }
  return false
}

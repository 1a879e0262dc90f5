import { Failure, isUrl, parseHttpUrl } from '@inlet/connector-sdk'

const MAX_LENGTH = 2048

/**
 * Parses a remote's URL to the normal form that git gets. Pure. Throws GIT_URL_NOT_ALLOWED for everything but plain
 * http and https URLs (git also understands `ext::`, `file:`, ssh, host:path and options), URL_CREDENTIALS_NOT_ALLOWED
 * for user information.
 */
export const parseGitUrl = (text: string): URL => {
  const refuse = (why: string): never => {
    throw new Failure('GIT_URL_NOT_ALLOWED', `the URL ${why}`, { field: 'config.url' })
  }
  if (text.length > MAX_LENGTH) refuse(`has more than ${MAX_LENGTH} characters`)
  // Git splits and decodes such URLs differently from WHATWG; both must see the same host.
  if (hasUnsafeCharacter(text)) refuse('contains white space, control characters or backslashes')
  if (/^(\/|\.{1,2}(\/|$)|~|file:)/i.test(text)) refuse('is a local folder: name it in `path` instead of `url`')
  if (!/^https?:\/\/[^/:]/i.test(text)) refuse('does not begin with https:// or http://')
  if (/^https?:\/\/-/i.test(text)) refuse('has a host that looks like an option')
  if (!isUrl(text)) refuse('cannot be read')
  const url = parseHttpUrl(text, { field: 'config.url' })
  if (url.search !== '' || url.hash !== '') refuse('has a query or a fragment')
  if (url.hostname.startsWith('-')) refuse('has a host that looks like an option')
  return url
}

const hasUnsafeCharacter = (text: string): boolean => /[\s\\]/.test(text) || hasControlCharacter(text)

/** Returns a short name of a repository that is the same wherever it is read from: `github.com/octocat/hello`, or the folder of a local one. */
export const repositoryName = ({ url, path }: { readonly url?: string | undefined; readonly path?: string | undefined }): string => {
  const full = url === undefined ? (path ?? '') : `${new URL(url).host}${new URL(url).pathname}`
  const trimmed = full.replace(/\/+$/, '').replace(/\/?\.git$/, '')
  return url === undefined ? (trimmed.split('/').at(-1) ?? trimmed) : trimmed
}

const FORBIDDEN = /[ ~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$/
const MAX_REF_LENGTH = 250

/**
 * Whether git accepts the text as the name of a branch or tag, by the rules of git-check-ref-format(1) with --branch; it can then be no option. Pure.
 */
export const isRefName = (name: string): boolean =>
  name !== '' &&
  name.length <= MAX_REF_LENGTH &&
  name !== '@' &&
  name !== 'HEAD' &&
  !name.startsWith('-') &&
  !FORBIDDEN.test(name) &&
  !hasControlCharacter(name) &&
  name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))

/** Whether the text contains an ASCII control character. Pure. */
const hasControlCharacter = (text: string): boolean => Array.from(text).some((character) => character < ' ' || character === '\x7f')

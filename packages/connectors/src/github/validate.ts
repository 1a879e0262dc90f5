import { Failure, isUrl } from '@inlet/connector-sdk'
import { checkPattern } from '../parsing/listing/glob.js'
import type { GithubConfig } from './config.js'
import { parsePattern } from './repositories/selection.js'

/** Checks what the schema cannot. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field. */
export const validateGithub = (config: GithubConfig): void => {
  checkBaseUrl(config.baseUrl)
  for (const field of ['repositories', 'exclude'] as const)
    for (const [index, text] of config[field].entries()) {
      parsePattern(text, `config.${field}.${index}`)
      checkPattern(text, `config.${field}.${index}`)
    }
  if (config.branch !== undefined && !isRefName(config.branch))
    throw new Failure('INVALID_REF', 'the branch is not a name git allows', { field: 'config.branch' })
}

/** What git allows and no more than looks like a name (git-check-ref-format). */
const isRefName = (name: string): boolean => /^[^\s~^:?*[\\\p{Cc}]+$/u.test(name) && !name.startsWith('-') && !name.includes('..')

const checkBaseUrl = (baseUrl: string): void => {
  const field = 'config.baseUrl'
  if (!isUrl(baseUrl)) throw new Failure('INVALID_URL', 'the address of the API is not an absolute URL', { field })
  const url = new URL(baseUrl)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Failure('URL_SCHEME_NOT_ALLOWED', `the scheme ${url.protocol} is not read`, { field })
  if (url.username !== '' || url.password !== '') throw new Failure('URL_CREDENTIALS_NOT_ALLOWED', 'the address contains credentials', { field })
  if (url.search !== '' || url.hash !== '') throw new Failure('INVALID_URL', 'the address of the API has a query or a fragment', { field })
  if (url.hostname === 'github.com' || url.hostname === 'www.github.com')
    throw new Failure('INVALID_URL', 'this is the web site, not the API', { field, next: 'Use https://api.github.com, or leave baseUrl out.' })
}

import { checkHeaderValue, Failure, parseHttpUrl } from '@inlet/connector-sdk'
import { checkPattern } from '../parsing/listing/glob.js'
import type { GithubConfig, GithubSecrets } from './config.js'
import { parsePattern } from './repositories/selection.js'

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateGithub = (config: GithubConfig, secrets: GithubSecrets = {}): void => {
  checkHeaderValue(secrets.token ?? '', 'secrets.token')
  checkBaseUrl(config.baseUrl)
  for (const field of ['repositories', 'exclude'] as const)
    for (const [index, text] of config[field].entries()) {
      parsePattern(text, `config.${field}.${index}`)
      checkPattern(text, `config.${field}.${index}`)
    }
  if (config.branch !== undefined && !isRefName(config.branch))
    throw new Failure('INVALID_REF', 'the branch is not a name git allows', { field: 'config.branch' })
}

/** A subset of what git allows in a name (git-check-ref-format). */
const isRefName = (name: string): boolean => /^[^\s~^:?*[\\\p{Cc}]+$/u.test(name) && !name.startsWith('-') && !name.includes('..')

const checkBaseUrl = (baseUrl: string): void => {
  const field = 'config.baseUrl'
  const url = parseHttpUrl(baseUrl, { field, what: 'the address of the API', base: true })
  if (url.hostname === 'github.com' || url.hostname === 'www.github.com')
    throw new Failure('INVALID_URL', 'this is the web site, not the API', { field, next: 'Use https://api.github.com, or leave baseUrl out.' })
}

import { Failure, isUrl } from '@inlet/connector-sdk'
import { checkPattern } from '../parsing/listing/glob.js'
import type { SlackConfig, SlackSecrets } from './config.js'

/** Checks what the schema cannot. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field. */
export const validateSlack = (config: SlackConfig, secrets: SlackSecrets): void => {
  const field = 'config.baseUrl'
  if (!isUrl(config.baseUrl)) throw new Failure('INVALID_URL', 'the address of the API is not an absolute URL', { field })
  const url = new URL(config.baseUrl)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Failure('URL_SCHEME_NOT_ALLOWED', `the scheme ${url.protocol} is not read`, { field })
  if (url.username !== '' || url.password !== '') throw new Failure('URL_CREDENTIALS_NOT_ALLOWED', 'the address contains credentials', { field })
  if (url.search !== '' || url.hash !== '') throw new Failure('INVALID_URL', 'the address of the API has a query or a fragment', { field })
  for (const list of ['channels', 'exclude'] as const)
    for (const [index, pattern] of config[list].entries()) {
      const at = `config.${list}.${index}`
      if (/[/\\\s]/.test(pattern))
        throw new Failure('VALIDATION_FAILED', `${JSON.stringify(pattern)} is no name of a channel`, {
          field: at,
          next: 'Write the name without spaces and slashes.',
        })
      checkPattern(pattern, at)
    }
  if (secrets.token.startsWith('xapp-'))
    throw new Failure('VALIDATION_FAILED', 'an app-level token cannot read messages', {
      field: 'secrets.token',
      next: 'Use the bot token, xoxb-…, of the page "OAuth & Permissions".',
    })
}

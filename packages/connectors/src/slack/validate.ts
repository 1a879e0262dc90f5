import { checkHeaderValue, Failure, parseHttpUrl } from '@inlet/connector-sdk'
import { checkPattern } from '../parsing/listing/glob.js'
import type { SlackConfig, SlackSecrets } from './config.js'

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateSlack = (config: SlackConfig, secrets: SlackSecrets): void => {
  parseHttpUrl(config.baseUrl, { field: 'config.baseUrl', what: 'the address of the API', base: true })
  checkHeaderValue(secrets.token, 'secrets.token')
  for (const list of ['channels', 'exclude'] as const)
    for (const [index, pattern] of config[list].entries()) {
      const at = `config.${list}.${index}`
      if (/[/\\\s]/.test(pattern))
        throw new Failure('VALIDATION_FAILED', `${JSON.stringify(pattern)} is not a channel name`, {
          field: at,
          next: 'Write the name without spaces and slashes.',
        })
      checkPattern(pattern, at)
    }
  if (secrets.token.startsWith('xapp-'))
    throw new Failure('VALIDATION_FAILED', 'an app-level token cannot read messages', {
      field: 'secrets.token',
      next: 'Use the bot token, xoxb-…, from the page "OAuth & Permissions".',
    })
}

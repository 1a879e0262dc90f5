import { parseHttpUrl } from '@inlet/connector-sdk'
import { checkSiteAccess, type SiteSecrets } from '../site/site-access.js'
import type { RssConfig } from './config.js'

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateRss = (config: RssConfig, secrets: SiteSecrets): void => {
  for (const [index, url] of config.feeds.entries()) parseHttpUrl(url, { field: `config.feeds.${index}`, what: 'the address' })
  checkSiteAccess(config.headers, secrets)
}

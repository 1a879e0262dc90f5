import { Failure, parseHttpUrl } from '@inlet/connector-sdk'
import { checkSiteAccess, type SiteSecrets } from '../site/site-access.js'
import type { WebConfig } from './config.js'

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateWeb = (config: WebConfig, secrets: SiteSecrets): void => {
  for (const [index, url] of config.startUrls.entries()) parseHttpUrl(url, { field: `config.startUrls.${index}`, what: 'the address' })
  if (typeof config.sitemap !== 'string')
    for (const [index, url] of config.sitemap.entries()) parseHttpUrl(url, { field: `config.sitemap.${index}`, what: 'the address' })
  if (config.hashRoutes && config.render !== 'browser')
    throw invalid('hashRoutes without a browser', 'config.hashRoutes', 'Fragments are never sent to the server: set render to "browser".')
  checkSiteAccess(config.headers, secrets)
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })

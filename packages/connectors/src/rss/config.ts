import { parseHttpUrl } from '@inlet/connector-sdk'
import { z } from 'zod'
import { checkSiteAccess, type SiteSecrets, siteHeaders } from '../site/site-access.js'

export const ENTRIES = 'entries'
export const FEEDS = 'feeds'

/** Settings of the `rss` connector. */
export const rssConfig = z.strictObject({
  feeds: z
    .array(z.string().min(1).max(2_048))
    .min(1)
    .max(400)
    .describe('Addresses of RSS, Atom or JSON feeds. Credentials are sent to all of their hosts.'),
  fullContent: z
    .enum(['never', 'auto', 'always'])
    .default('never')
    .describe(
      'Whether the page of an entry is fetched and its main content stored instead of what the feed says; `auto` for entries with little text.',
    ),
  archivePages: z
    .int()
    .min(0)
    .max(1_000)
    .default(0)
    .describe('How many further pages of a feed are followed (next and prev-archive links of RFC 5005, next_url of JSON Feed).'),
  maxEntries: z.int().min(1).max(50_000).default(10_000).describe('Maximum number of entries read from one document; the first ones count.'),
  userAgent: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x20-\x7e]+$/)
    .default('InletBot/1.0')
    .describe('Sent with every request.'),
  headers: siteHeaders,
  concurrency: z.int().min(1).max(16).default(4).describe('Feeds fetched at the same time.'),
  delayMs: z.int().min(0).max(60_000).default(200).describe('Pause between two pages of entries, in milliseconds.'),
  maxFeedBytes: z.int().min(1_024).max(67_108_864).default(16_777_216).describe('Maximum size of a feed document, decompressed.'),
  maxPageBytes: z.int().min(1_024).max(67_108_864).default(5_242_880).describe('Maximum size of the page of an entry, decompressed.'),
  timeoutMs: z.int().min(1_000).max(120_000).default(30_000).describe('Timeout of one request with its body, in milliseconds.'),
  retries: z.int().min(0).max(5).default(2).describe('How often a request is tried again after a temporary failure.'),
})

export type RssConfig = z.infer<typeof rssConfig>

/**
 * Checks what the schema cannot express. Throws INVALID_URL, URL_SCHEME_NOT_ALLOWED,
 * URL_CREDENTIALS_NOT_ALLOWED and VALIDATION_FAILED with the field.
 */
export const validateRss = (config: RssConfig, secrets: SiteSecrets): void => {
  for (const [index, url] of config.feeds.entries()) parseHttpUrl(url, { field: `config.feeds.${index}`, what: 'the address' })
  checkSiteAccess(config.headers, secrets)
}
